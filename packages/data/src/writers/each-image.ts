import path from 'node:path';

import type { AnnotatedMasks } from '../files/file-dataset.ts';
import { ImageNames, placeImage } from './place-image.ts';
import type { WriteOptions, WrittenPart } from './written-dataset.ts';

/** One image in its new place, with its masks. */
export type PlacedImage = AnnotatedMasks & {
  /** Number of the image in its split, from 1 on. */
  id: number;
  /** File name in `images/SPLIT/`. */
  fileName: string;
};

/** Puts the images of a part into `images/SPLIT/` one by one, and hands out their masks. */
export async function* eachImage(
  folder: string,
  { split, dataset, indices = dataset.items.map((_, i) => i) }: WrittenPart,
  { images = 'copy', onProgress }: WriteOptions,
): AsyncGenerator<PlacedImage, void, void> {
  const names = new ImageNames();
  for (const [done, index] of indices.entries()) {
    const { name, file } = dataset.items[index];
    onProgress?.(done, indices.length, name);
    const masks = await dataset.readMasks(index);
    const fileName = names.take(name, file);
    await placeImage(file, path.join(folder, 'images', split, fileName), images);
    yield { ...masks, id: done + 1, fileName };
  }
}
