import type { RgbImage } from '@seg/image';

import { type Preprocessing, preprocessedSize } from '../preprocess.ts';

/**
 * Indices of the images that go through a model together: those whose size, resized and padded, is the same, as many as
 * have no more than `batchPixels`.
 */
export function groupBySize(
  images: readonly RgbImage[],
  preprocessing: Preprocessing,
  batchPixels: number,
): number[][] {
  const groups: number[][] = [];
  const open = new Map<string, number[]>();
  for (const [i, image] of images.entries()) {
    const [height, width] = preprocessedSize(image, preprocessing);
    const key = `${height}x${width}`;
    const group = open.get(key);
    if (group !== undefined && (group.length + 1) * height * width <= batchPixels) {
      group.push(i);
      continue;
    }
    const fresh = [i];
    groups.push(fresh);
    open.set(key, fresh);
  }
  return groups;
}
