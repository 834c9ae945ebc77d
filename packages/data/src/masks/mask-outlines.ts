import { encodeRle, type RlePolygons, rleToPolygons } from '@seg/coco-eval';

import type { BoxMask } from './box-mask.ts';

/** Outlines of a mask along pixel corners, those of holes apart, in the coordinates of its image. */
export function maskOutlines({ x, y, width, height, data }: BoxMask): RlePolygons {
  const { outlines, holes } = rleToPolygons(encodeRle(data, height, width));
  const moved = (corners: number[]) => corners.map((value, k) => value + (k % 2 === 0 ? x : y));
  return { outlines: outlines.map(moved), holes: holes.map(moved) };
}

/**
 * Joins outlines and holes into one polygon, by a bridge from the first to each and back, which has no width. Filled by parity,
 * as drawing libraries do, it is the mask.
 */
export function joinedOutline({ outlines, holes }: RlePolygons): number[] {
  const [first, ...others] = [...outlines, ...holes];
  if (first === undefined) return [];
  const start = first.slice(0, 2);
  return [
    ...first,
    ...others.flatMap((ring) => [...start, ...ring, ...ring.slice(0, 2)]),
    ...(others.length ? start : []),
  ];
}
