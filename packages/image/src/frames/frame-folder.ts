import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { systemReason } from '@seg/checkpoint/node';
import { FormatError } from '@seg/checkpoint/safetensors';

import { readImage } from '../files/read-image.ts';
import { type FrameOptions, type TimedImage, timing } from './timed-image.ts';

/** Numbers count as numbers: `frame-2` comes before `frame-10`. */
const ORDER = new Intl.Collator('en', { numeric: true });

/** Orders names of files as people count frames. */
export function naturalOrder(names: readonly string[]): string[] {
  return names.toSorted((a, b) => ORDER.compare(a, b) || (a < b ? -1 : Number(a > b)));
}

/**
 * Reads the JPEG and PNG files of a folder as the frames of a video, in the order that people count in. Hidden files are
 * left out.
 *
 * @throws FormatError where there is none, or a file is no image
 */
export async function* frameFolder(
  folder: string,
  options: FrameOptions = {},
): AsyncGenerator<TimedImage, void, undefined> {
  const timeOf = timing('frameFolder', options);
  const names = await readdir(folder).catch((error: unknown) => {
    throw new FormatError(`frameFolder: expected a folder ${folder}, got ${systemReason(error)}`);
  });
  const frames = naturalOrder(names.filter((name) => /^[^.].*\.(jpe?g|png)$/is.test(name)));
  if (frames.length === 0) throw new FormatError(`frameFolder: expected JPEG or PNG images in ${folder}, got none`);
  for (const [number, name] of frames.entries()) {
    yield { image: await readImage(path.join(folder, name)), ...timeOf(number) };
  }
}
