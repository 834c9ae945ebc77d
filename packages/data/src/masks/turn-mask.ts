import type { ImageSize } from '@seg/image';

import { type BoxMask, mirrorColumns, mirrorRows, transposeMask } from './box-mask.ts';

/**
 * Turns a mask of stored pixels upright, as `decodeImage` of `@seg/image` turns the image.
 *
 * @param size Height and width of the stored image
 * @param orientation EXIF's 1 to 8 (EXIF 2.32, 4.6.4 A)
 */
export function turnMask(mask: BoxMask, [height, width]: ImageSize, orientation: number): BoxMask {
  const columns = [2, 3, 7, 8].includes(orientation) ? mirrorColumns(mask, width) : mask;
  const rows = [3, 4, 6, 7].includes(orientation) ? mirrorRows(columns, height) : columns;
  return orientation >= 5 ? transposeMask(rows) : rows;
}
