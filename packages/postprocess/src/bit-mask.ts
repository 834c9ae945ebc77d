import type { Size } from '@seg/core';
import { expectSize, expectValues } from './expect-numbers.ts';

/** A mask with one bit a pixel: row by row, eight to a byte, the first in the lowest bit. */
export type BitMask = {
  bits: Uint8Array;
  width: number;
  height: number;
  /** In pixels. */
  area: number;
  /** x, y, width, height in pixels; zeros where the mask is empty. */
  bbox: [x: number, y: number, width: number, height: number];
};

/**
 * Packs one of several interleaved masks.
 *
 * @param values [H · W, count], above 0 inside
 * @param index Which of the `count` masks
 */
export function packMask(values: ArrayLike<number>, index: number, count: number, [height, width]: Size): BitMask {
  expectSize('packMask', 'size', [height, width]);
  expectValues('packMask', 'values', values, height * width * count);
  const bits = new Uint8Array(Math.ceil((height * width) / 8));
  let [area, left, right, top, bottom] = [0, width, -1, height, -1];
  for (let i = 0; i < height * width; i++) {
    if (!(values[i * count + index] > 0)) continue;
    bits[i >> 3] |= 1 << (i & 7);
    const x = i % width;
    const y = (i - x) / width;
    if (area++ === 0) top = y;
    bottom = y;
    if (x < left) left = x;
    if (x > right) right = x;
  }
  const bbox: BitMask['bbox'] = area === 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
  return { bits, width, height, area, bbox };
}

/** Checks the size of a mask, and that it has a bit for each pixel. @throws RangeError where it is another */
export function expectMaskSize(where: string, mask: BitMask, [height, width]: Size): void {
  const { bits, height: tall, width: wide } = mask ?? {};
  const isSame = tall === height && wide === width;
  if (isSame && bits instanceof Uint8Array && bits.length === Math.ceil((height * width) / 8)) return;
  const got = isSame ? `${bits?.length} bytes of ${tall}x${wide}` : `${tall}x${wide}`;
  throw new RangeError(`${where}: expected a mask of ${height}x${width}, got ${got}`);
}

/** True if pixel i, counted row by row, is inside. */
export function isInside({ bits }: BitMask, i: number): boolean {
  return ((bits[i >> 3] >> (i & 7)) & 1) === 1;
}
