import type { ImageGeometry } from '@seg/core';

/**
 * Checks the geometry of an image, which the caller gives: whole sizes of 1 or more, the resized image within the padded.
 *
 * @throws RangeError naming the size that is none
 */
export function expectGeometry(where: string, geometry: ImageGeometry): void {
  for (const name of ['originalSize', 'resizedSize', 'paddedSize'] as const) {
    const size = geometry?.[name];
    if (size?.length === 2 && size.every((side) => Number.isSafeInteger(side) && side >= 1)) continue;
    throw new RangeError(`${where}: expected a height and width of 1 or more as ${name}, got ${size}`);
  }
  const { resizedSize, paddedSize } = geometry;
  if (resizedSize.every((side, i) => side <= paddedSize[i])) return;
  throw new RangeError(`${where}: expected resizedSize within paddedSize ${paddedSize}, got ${resizedSize}`);
}
