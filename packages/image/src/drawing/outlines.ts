import { expectValue } from '@seg/checkpoint/expect-options';
import { expectSize } from '../resize/expect-edges.ts';
import type { ImageSize } from '../rgb-image.ts';

/**
 * Marks the border pixels of segments: those whose right or lower neighbor has another id, and those neighbors, so a
 * line is two pixels wide and lies half in each segment.
 *
 * @param ids [H · W]
 * @returns [H · W], 1 on a border
 */
export function outlines(ids: ArrayLike<number>, size: ImageSize): Uint8Array {
  expectSize('outlines', size);
  const [height, width] = size;
  expectValue('outlines', 'ids', ids, [
    `${height * width} ids`,
    (value) => (value as typeof ids | null)?.length === height * width,
  ]);
  const marks = new Uint8Array(height * width);
  for (let i = 0; i < marks.length; i++) {
    if ((i + 1) % width !== 0 && ids[i] !== ids[i + 1]) marks[i] = marks[i + 1] = 1;
    if (i + width < marks.length && ids[i] !== ids[i + width]) marks[i] = marks[i + width] = 1;
  }
  return marks;
}
