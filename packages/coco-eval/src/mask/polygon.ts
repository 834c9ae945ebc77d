import { type Rle, requireSize } from './rle.ts';
import { mergeRles } from './rle-merge.ts';

/** Outlines are walked on a grid this many times finer than the pixels. */
const FINE = 5;
/** The longest outline that is walked, in steps of the fine grid. */
const MAX_STEPS = 2 ** 27;

/**
 * Rasterizes one polygon as pycocotools does, which no drawing library matches: corners go to a grid five times finer
 * (truncated toward zero), edges are walked there along their longer axis, and wherever a walk crosses the middle of a
 * pixel column, the mask flips from that row on.
 *
 * @param corners [x0, y0, x1, y1, ...]; an odd last number is dropped
 * @throws if a corner is not finite, or the outline is too long to walk
 */
export function polygonToRle(corners: ArrayLike<number>, height: number, width: number): Rle {
  requireSize('polygonToRle', height, width);
  const flips = columnCrossings(corners, height, width);
  flips.sort();
  return { height, width, counts: countsBetween(flips, height * width) };
}

/** The union of polygons: one annotation of several parts. */
export function polygonsToRle(polygons: readonly ArrayLike<number>[], height: number, width: number): Rle {
  const parts = polygons.map((corners) => polygonToRle(corners, height, width));
  return parts.length === 1 ? parts[0] : mergeRles(parts, 'union');
}

/** The mask of a box [x, y, width, height]: that of the polygon of its four corners. */
export function boxToRle([x, y, w, h]: readonly [number, number, number, number], height: number, width: number): Rle {
  return polygonToRle([x, y, x, y + h, x + w, y + h, x + w, y], height, width);
}

/** Corners on the fine grid, x and y alternately, the first one again at the end. */
function fineCorners(corners: ArrayLike<number>): Float64Array {
  const count = corners.length >> 1;
  const fine = new Float64Array(2 * count + 2);
  for (let k = 0; k < 2 * count; k++) {
    fine[k] = Math.trunc(FINE * corners[k] + 0.5) + 0; // −0 becomes 0
    if (!(Math.abs(fine[k]) < 2 ** 31))
      throw new RangeError(`polygonToRle: expected finite corners, got ${corners[k]}`);
  }
  fine[2 * count] = fine[0];
  fine[2 * count + 1] = fine[1];
  return fine;
}

/** Positions (column · height + row) from which on the mask flips, in the order of the walk. */
function columnCrossings(corners: ArrayLike<number>, height: number, width: number): Float64Array {
  const fine = fineCorners(corners);
  const found: number[] = [];
  let steps = 0;
  let beforeX = fine[0];
  let beforeY = fine[1];
  const visit = (x: number, y: number) => {
    if (x !== beforeX) {
      const column = x < beforeX ? x : x - 1;
      // (column + ½) / 5 − ½ is whole just where column mod 5 is 2
      if (column >= 0 && column % FINE === 2 && column < FINE * width) {
        const row = (Math.min(y, beforeY) + 0.5) / FINE - 0.5;
        found.push(((column - 2) / FINE) * height + Math.ceil(row < 0 ? 0 : row > height ? height : row));
      }
    }
    beforeX = x;
    beforeY = y;
  };
  for (let k = 0; k + 3 < fine.length; k += 2) {
    steps += Math.max(Math.abs(fine[k + 2] - fine[k]), Math.abs(fine[k + 3] - fine[k + 1]));
    if (steps > MAX_STEPS)
      throw new RangeError(`polygonToRle: expected an outline of at most ${MAX_STEPS / FINE} pixels`);
    walkEdge(fine[k], fine[k + 1], fine[k + 2], fine[k + 3], visit);
  }
  return Float64Array.from(found);
}

/**
 * Visits the fine points of an edge, both ends included, in the direction of the edge; the other coordinate is computed
 * from the end where the longer axis is smaller: trunc(start + slope · t + ½).
 */
function walkEdge(x0: number, y0: number, x1: number, y1: number, visit: (x: number, y: number) => void): void {
  const dx = Math.abs(x1 - x0);
  const dy = Math.abs(y1 - y0);
  if (dx >= dy) {
    const flip = x0 > x1;
    const [startX, startY, endY] = flip ? [x1, y1, y0] : [x0, y0, y1];
    const slope = dx === 0 ? 0 : (endY - startY) / dx;
    for (let d = 0; d <= dx; d++) {
      const t = flip ? dx - d : d;
      visit(startX + t, Math.trunc(startY + slope * t + 0.5));
    }
  } else {
    const flip = y0 > y1;
    const [startX, startY, endX] = flip ? [x1, y1, x0] : [x0, y0, x1];
    const slope = (endX - startX) / dy;
    for (let d = 0; d <= dy; d++) {
      const t = flip ? dy - d : d;
      visit(Math.trunc(startX + slope * t + 0.5), startY + t);
    }
  }
}

/** Runs between sorted flips; two flips at one place cancel. */
function countsBetween(flips: Float64Array, total: number): Uint32Array {
  const counts = new Uint32Array(flips.length + 1);
  let runs = 0;
  let before = 0;
  for (let k = 0; k <= flips.length; k++) {
    const position = k < flips.length ? flips[k] : total;
    const run = position - before;
    before = position;
    if (run > 0 || runs === 0) counts[runs++] = run;
    else if (k < flips.length) {
      k++;
      const next = k < flips.length ? flips[k] : total;
      counts[runs - 1] += next - before;
      before = next;
    }
  }
  return counts.slice(0, runs);
}
