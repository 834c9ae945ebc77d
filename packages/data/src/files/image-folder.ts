import path from 'node:path';
import { FormatError } from '@seg/checkpoint';

import { isFile } from './list-folder.ts';

/** Images that are looked for in each place: some may be missing. */
const SAMPLES = 16;

/**
 * Finds the folder in which the images of an annotation file are: the one, among the usual, that has most of the first
 * sixteen.
 *
 * @param names Of the images
 * @param wanted Folder that the caller gives; it is taken unseen
 * @throws FormatError where no usual place has any of them
 */
export async function findImageFolder(
  file: string,
  split: string,
  names: readonly string[],
  wanted: string | undefined,
): Promise<string> {
  const beside = path.dirname(file);
  if (wanted !== undefined) return wanted;
  if (names.length === 0) return beside;
  const above = path.dirname(beside);
  const places = [beside, above].flatMap((folder) =>
    ['', 'images', split, path.join('images', split)].map((name) => path.join(folder, name)),
  );
  let [best, most] = ['', 0];
  for (const place of new Set(places)) {
    const found = await Promise.all(names.slice(0, SAMPLES).map((name) => isFile(path.join(place, name))));
    const count = found.filter(Boolean).length;
    if (count > most) [best, most] = [place, count];
  }
  if (most > 0) return best;
  throw new FormatError(
    `openDataset: ${file}: expected option images (the folder with ${names[0]}), got none, and it is not beside the file or in images/`,
  );
}
