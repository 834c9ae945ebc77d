import { boundaryDistance } from '../mask/boundary.ts';
import { runsOfIds } from './id-runs.ts';
import { countPairs, type PairCounts } from './pair-counts.ts';

/** Size of an image, and how its boundaries are told from its interiors. */
export type BoundaryMapSize = {
  height: number;
  width: number;
  /** The id that interiors get. */
  interior: number;
  dilationRatio: number;
};

/** Pair counts of two maps of which only the boundary of each segment is left; the rest has the id `interior`. */
export function boundaryPairs(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  size: BoundaryMapSize,
): PairCounts {
  const [a, b] = [truth, predicted].map((ids) => runsOfIds(boundaryMap(ids, size), size.width));
  return countPairs(a, b);
}

/**
 * Replaces every pixel farther than the boundary distance from another segment and from the outside of the image. Void
 * stays whole, as in boundary-iou-api: predicted pixels on it leave the union wherever they are.
 *
 * @param ids [H, W]
 * @returns [H, W]
 */
function boundaryMap(ids: ArrayLike<number>, { height, width, interior, dilationRatio }: BoundaryMapSize): Uint32Array {
  const d = boundaryDistance(height, width, dilationRatio);
  const columnSafe = uniformAlong(ids, width, height, 1, width, d); // rows y − d to y + d are of one id
  const band = Uint32Array.from(ids);
  for (let y = 0; y < height; y++) {
    let run = 0; // pixels up to here that are uniform above and below, and of one id
    for (let x = 0; x < width; x++) {
      const p = y * width + x;
      if (columnSafe[p] === 0) run = 0;
      else run = run > 0 && ids[p] === ids[p - 1] ? run + 1 : 1;
      if (run > 2 * d && ids[p - d] !== 0) band[p - d] = interior;
    }
  }
  return band;
}

/** Marks the elements whose d neighbors on both sides, along one axis, exist and have their id. */
function uniformAlong(
  ids: ArrayLike<number>,
  lines: number,
  length: number,
  lineStep: number,
  step: number,
  d: number,
): Uint8Array {
  const uniform = new Uint8Array(ids.length);
  for (let line = 0; line < lines; line++) {
    let run = 0;
    for (let k = 0, p = line * lineStep; k < length; k++, p += step) {
      run = run > 0 && ids[p] === ids[p - step] ? run + 1 : 1;
      if (run > 2 * d) uniform[p - d * step] = 1;
    }
  }
  return uniform;
}
