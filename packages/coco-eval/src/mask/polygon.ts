import { describeValue, expectThat, isList } from '../state/expect-value.ts';
import { type Rle, requireSize } from './rle.ts';
import { mergeRles } from './rle-merge.ts';

/** Outlines are walked on a grid this many times finer than the pixels. */
const FINE = 5;

/**
 * Rasterizes one polygon as pycocotools does, which no drawing library matches: corners go to a grid five times finer
 * (truncated toward zero), edges are stepped through there along their longer axis, and wherever one crosses the middle
 * of a pixel column, the mask flips from that row on.
 *
 * @param corners [x0, y0, x1, y1, ...]; an odd last number is dropped
 * @throws if a corner is not finite, or as large as 2³¹ / 5
 */
export function polygonToRle(corners: ArrayLike<number>, height: number, width: number): Rle {
  requireSize('polygonToRle', height, width);
  expectThat(isList(corners), 'polygonToRle', 'a list of corners', corners);
  const flips = columnCrossings(corners, height, width);
  flips.sort();
  return { height, width, counts: countsBetween(flips, height * width) };
}

/** The union of polygons: one annotation of several parts. */
export function polygonsToRle(polygons: readonly ArrayLike<number>[], height: number, width: number): Rle {
  expectThat(Array.isArray(polygons), 'polygonsToRle', 'a list of polygons', polygons);
  const parts = Array.from(polygons, (corners) => polygonToRle(corners, height, width));
  return parts.length === 1 ? parts[0] : mergeRles(parts, 'union');
}

/** The mask of a box [x, y, width, height]: that of the polygon of its four corners. */
export function boxToRle(box: readonly [number, number, number, number], height: number, width: number): Rle {
  const isBox = isList(box) && box.length === 4 && Array.from(box).every((value) => typeof value === 'number');
  expectThat(isBox, 'boxToRle', 'a box of four numbers', box);
  const [x, y, w, h] = box;
  return polygonToRle([x, y, x, y + h, x + w, y + h, x + w, y], height, width);
}

/** Corners on the fine grid, x and y alternately, the first one again at the end. */
function fineCorners(corners: ArrayLike<number>): Float64Array {
  const count = corners.length >> 1;
  const fine = new Float64Array(2 * count + 2);
  for (let k = 0; k < 2 * count; k++) {
    fine[k] = Math.trunc(FINE * corners[k] + 0.5);
    if (typeof corners[k] !== 'number' || !(Math.abs(fine[k]) < 2 ** 31))
      throw new RangeError(`polygonToRle: expected finite corners, got ${describeValue(corners[k])}`);
  }
  fine[2 * count] = fine[0];
  fine[2 * count + 1] = fine[1];
  return fine;
}

/** Collected flips, and the size of their image. */
type Flips = { positions: number[]; height: number; width: number };

/** Positions (column · height + row) from which on the mask flips. */
function columnCrossings(corners: ArrayLike<number>, height: number, width: number): Float64Array {
  const fine = fineCorners(corners);
  const flips: Flips = { positions: [], height, width };
  for (let k = 0; k + 3 < fine.length; k += 2) {
    const isFlat = Math.abs(fine[k + 2] - fine[k]) >= Math.abs(fine[k + 3] - fine[k + 1]);
    const axis = isFlat ? k : k + 1; // walked upward along the longer axis
    const from = fine[axis] > fine[axis + 2] ? k + 2 : k;
    const to = 2 * k + 2 - from;
    (isFlat ? crossFlat : crossSteep)(flips, fine[from], fine[from + 1], fine[to], fine[to + 1]);
  }
  return new Float64Array(flips.positions);
}

/** The first fine column from `x` on that lies in the middle of a pixel: column mod 5 is 2. */
function firstMiddle(x: number): number {
  return x <= 2 ? 2 : x + ((((2 - x) % FINE) + FINE) % FINE);
}

/** An edge no steeper than 45°, x0 ≤ x1: its y is trunc(y0 + slope · t + ½), t columns from its start. */
function crossFlat(flips: Flips, x0: number, y0: number, x1: number, y1: number): void {
  const slope = x0 === x1 ? 0 : (y1 - y0) / (x1 - x0);
  const last = Math.min(x1 - 1, FINE * flips.width - 1);
  for (let column = firstMiddle(x0); column <= last; column += FINE) {
    const t = column - x0;
    const here = Math.trunc(y0 + slope * t + 0.5);
    const next = Math.trunc(y0 + slope * (t + 1) + 0.5);
    flip(flips, column, Math.min(here, next));
  }
}

/** An edge steeper than 45°, y0 < y1: its x is trunc(x0 + slope · t + ½), t rows from its start. */
function crossSteep(flips: Flips, x0: number, y0: number, x1: number, y1: number): void {
  const slope = (x1 - x0) / (y1 - y0);
  const last = Math.min(Math.max(x0, x1) - 1, FINE * flips.width - 1);
  for (let column = firstMiddle(Math.min(x0, x1)); column <= last; column += FINE) {
    let t = Math.ceil((column + 0.5 - x0) / slope);
    while (!isBeyond(column, x0, slope, t)) t++;
    while (isBeyond(column, x0, slope, t - 1)) t--;
    flip(flips, column, y0 + t - 1);
  }
}

/** True if row t of a steep edge is on the far side of the line between a column and the next. */
function isBeyond(column: number, x0: number, slope: number, t: number): boolean {
  return x0 + slope * t + 0.5 >= column + 1 === slope > 0;
}

/** @param column on the fine grid, in the middle of a pixel @param y on the fine grid */
function flip({ positions, height }: Flips, column: number, y: number): void {
  const row = Math.min(Math.max((y + 0.5) / FINE - 0.5, 0), height);
  positions.push(((column - 2) / FINE) * height + Math.ceil(row));
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
