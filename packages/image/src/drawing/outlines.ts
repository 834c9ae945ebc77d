import type { ImageSize } from '../rgb-image.ts';

/**
 * Marks the border pixels of segments: those whose right or lower neighbor has another id, and those neighbors, so a
 * line is two pixels wide and lies half in each segment.
 *
 * @param ids [H · W]
 * @returns [H · W], 1 on a border
 */
export function outlines(ids: ArrayLike<number>, [height, width]: ImageSize): Uint8Array {
  const marks = new Uint8Array(height * width);
  for (let i = 0; i < marks.length; i++) {
    if ((i + 1) % width !== 0 && ids[i] !== ids[i + 1]) marks[i] = marks[i + 1] = 1;
    if (i + width < marks.length && ids[i] !== ids[i + width]) marks[i] = marks[i + width] = 1;
  }
  return marks;
}
