import type { ImageGeometry } from '@seg/core';
import { expectSize } from './expect-numbers.ts';

/**
 * Checks the geometry of an image, which the caller gives: whole sizes of 1 or more, the resized image within the padded.
 *
 * @throws RangeError naming the size that is none
 */
export function expectGeometry(where: string, geometry: ImageGeometry): void {
  for (const name of ['originalSize', 'resizedSize', 'paddedSize'] as const) expectSize(where, name, geometry?.[name]);
  const { resizedSize, paddedSize } = geometry;
  if (resizedSize.every((side, i) => side <= paddedSize[i])) return;
  throw new RangeError(`${where}: expected resizedSize within paddedSize ${paddedSize}, got ${resizedSize}`);
}
