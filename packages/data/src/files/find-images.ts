import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';

import { staysInside } from '../formats/safe-path.ts';
import { isFile } from './list-folder.ts';

/** Images that are looked for in each place: some may be missing. */
const SAMPLES = 16;

/** Ways to read a name: as it is; as a part of a URL, as Label Studio writes it; with accents as other systems store them. */
const READINGS: readonly ((name: string) => string)[] = [
  (name) => name,
  decoded,
  (name) => name.normalize('NFC'),
  (name) => name.normalize('NFD'),
];

function decoded(name: string): string {
  try {
    const text = decodeURIComponent(name);
    return staysInside(text) ? text : name;
  } catch {
    return name;
  }
}

/**
 * Finds where the images of an annotation file are: in the folder, among the usual, that has most of the first sixteen.
 *
 * @param names Of the images, each within its folder
 * @param wanted Folder that the caller gives, in place of the usual
 * @returns From a name to its path
 * @throws FormatError where no usual place has any of them
 */
export async function findImages(
  file: string,
  split: string,
  names: readonly string[],
  wanted: string | undefined,
): Promise<(name: string) => string> {
  const beside = path.dirname(file);
  const above = path.dirname(beside);
  const usual = [beside, above].flatMap((folder) =>
    ['', 'images', split, path.join('images', split)].map((name) => path.join(folder, name)),
  );
  const places = wanted === undefined ? [...new Set(usual)] : [wanted];
  let [most, best] = [0, (name: string) => path.join(wanted ?? beside, name)];
  for (const reading of READINGS) {
    for (const place of places) {
      const fileOf = (name: string) => path.join(place, reading(name));
      const found = await Promise.all(names.slice(0, SAMPLES).map((name) => isFile(fileOf(name))));
      const count = found.filter(Boolean).length;
      if (count > most) [most, best] = [count, fileOf];
    }
    if (most > 0) break;
  }
  if (most > 0 || wanted !== undefined || names.length === 0) return best;
  throw new FormatError(
    `openDataset: ${file}: expected option images (the folder with ${names[0]}), got none, and it is not beside the file or in images/`,
  );
}
