import { MOST_BYTES } from '../expect-image.ts';
import type { ImageSize } from '../rgb-image.ts';
import { expectSize } from './expect-edges.ts';

type Labels = Uint8Array | Uint16Array | Int32Array | Uint32Array;

/**
 * Nearest-neighbor resize of one value a pixel, equal to Pillow's `resize(..., NEAREST)`: the pixel whose area holds
 * the center, positions summed as Pillow sums them (`Geometry.c`, `ImagingScaleAffine`).
 *
 * @param labels [H, W]
 * @param from Height and width of `labels`
 * @param to Height and width of the result
 */
export function resizeLabels<T extends Labels>(labels: T, from: ImageSize, to: ImageSize): T {
  checkSize('resizeLabels', to);
  checkSize('resizeLabels', from);
  if (labels.length !== from[0] * from[1]) {
    throw new RangeError(`resizeLabels: expected ${from.join('x')} labels, got ${labels.length}`);
  }
  const [rows, columns] = [nearestIndices(from[0], to[0]), nearestIndices(from[1], to[1])];
  const result = new (labels.constructor as new (length: number) => T)(to[0] * to[1]);
  for (let y = 0, i = 0; y < to[0]; y++) {
    for (let x = 0; x < to[1]; x++, i++) result[i] = labels[rows[y] * from[1] + columns[x]];
  }
  return result;
}

/** Finds for each output position the input whose area holds its center. */
export function nearestIndices(oldSize: number, size: number): Int32Array {
  const step = oldSize / size;
  const indices = new Int32Array(size);
  for (let i = 0, position = step / 2; i < size; i++, position += step) {
    indices[i] = Math.min(oldSize - 1, Math.trunc(position)); // the sum may end an ulp beyond the edge
  }
  return indices;
}

/**
 * Checks a size to resize to.
 *
 * @throws RangeError where a side is no whole number of 1 or more, or an image of it has no room
 */
export function checkSize(where: string, size: ImageSize): void {
  expectSize(where, size);
  if (3 * size[0] * size[1] > MOST_BYTES)
    throw new RangeError(`${where}: expected at most 2^31 bytes, got ${size.join('x')} pixels`);
}
