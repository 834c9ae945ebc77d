import path from 'node:path';

import type { AnnotatedMasks } from '../files/file-dataset.ts';
import { ImageNames, placeImage } from './place-image.ts';
import { type PlannedFile, spareSources } from './spare-sources.ts';
import type { WriteOptions, WrittenPart } from './written-dataset.ts';

/** One image in its new place, with its masks. */
export type PlacedImage = AnnotatedMasks & {
  /** Number of the image in its split, from 1 on. */
  id: number;
  /** File name in `images/SPLIT/`. */
  fileName: string;
};

/** Names that the images of a part get in `images/SPLIT/`, in their order. */
export function fileNamesOf({ dataset, indices = dataset.items.map((_, i) => i) }: WrittenPart): string[] {
  const names = new ImageNames();
  return indices.map((index) => names.take(dataset.items[index].name, dataset.items[index].file));
}

/**
 * Makes sure, before the first is written, that nothing takes the place of what the parts are read from.
 *
 * @param othersOf Files of a part besides its images, from their names
 * @throws FormatError naming the file
 */
export async function spareParts(
  folder: string,
  parts: readonly WrittenPart[],
  othersOf: (part: WrittenPart, fileNames: readonly string[]) => readonly string[],
): Promise<void> {
  const planned = parts.flatMap((part): PlannedFile[] => {
    const { dataset, indices = dataset.items.map((_, i) => i) } = part;
    const names = fileNamesOf(part);
    const images = names.map((name, i) => ({
      to: path.join(folder, 'images', part.split, name),
      from: dataset.items[indices[i]].file,
    }));
    return [...images, ...othersOf(part, names).map((name) => ({ to: path.join(folder, name) }))];
  });
  await spareSources(
    parts.map(({ dataset }) => dataset),
    planned,
  );
}

/** Puts the images of a part into `images/SPLIT/` one by one, and hands out their masks. */
export async function* eachImage(
  folder: string,
  part: WrittenPart,
  { images = 'copy', onProgress }: WriteOptions,
): AsyncGenerator<PlacedImage, void, void> {
  const { split, dataset, indices = dataset.items.map((_, i) => i) } = part;
  const names = fileNamesOf(part);
  for (const [done, index] of indices.entries()) {
    const { name, file } = dataset.items[index];
    onProgress?.(done, indices.length, name);
    const masks = await dataset.readMasks(index);
    const fileName = names[done];
    await placeImage(file, path.join(folder, 'images', split, fileName), images);
    yield { ...masks, id: done + 1, fileName };
  }
}
