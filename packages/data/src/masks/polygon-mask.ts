import { FormatError } from '@seg/checkpoint/safetensors';
import { polygonsToRle } from '@seg/coco-eval';
import type { ImageSize } from '@seg/image';

import { type BoxMask, boxMaskOfRle, rlePixelBox } from './box-mask.ts';
import type { MaskRoom } from './mask-room.ts';

/** Most pixel columns that the edges of one object may cross: 50 million are 400 MB of crossings. */
const MOST_CROSSINGS = 50_000_000;

/** Corners beyond this are no places in an image, and too large for the grid that masks are drawn on. */
const MOST_CORNER = 1e8;

/**
 * Draws polygons as COCO's tools do: the union of the parts, cut at the image's edges.
 *
 * @param polygons Corners [x0, y0, x1, y1, ...] of each part, in pixels
 * @throws FormatError where the corners are too many or too far away to draw
 */
export function polygonMask(
  polygons: readonly (readonly number[])[],
  [height, width]: ImageSize,
  room: MaskRoom,
  where: string,
): BoxMask {
  let crossings = 0;
  for (const corners of polygons) crossings += crossedColumns(corners, width, where);
  if (crossings > MOST_CROSSINGS) {
    throw new FormatError(`${where}: expected edges across at most ${MOST_CROSSINGS} columns, got ${crossings}`);
  }
  const rle = polygonsToRle(polygons, height, width);
  const box = rlePixelBox(rle);
  room.take(box);
  return boxMaskOfRle(rle, box);
}

function crossedColumns(corners: readonly number[], width: number, where: string): number {
  const far = corners.findIndex((corner) => !(Math.abs(corner) <= MOST_CORNER));
  if (far !== -1) throw new FormatError(`${where}: expected corners in ±${MOST_CORNER}, got ${corners[far] ?? 'none'}`);
  const within = (x: number) => Math.max(0, Math.min(width, x));
  let sum = 0;
  for (let i = 0; i + 1 < corners.length; i += 2) {
    sum += Math.abs(within(corners[(i + 2) % (corners.length & ~1)]) - within(corners[i]));
  }
  return Math.ceil(sum);
}
