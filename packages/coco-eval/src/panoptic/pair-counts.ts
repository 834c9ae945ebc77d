/** Pixels shared by every pair of (ground truth, prediction) ids of an image. */
export type PairCounts = {
  truthIds: Float64Array; // [A] ascending
  predictedIds: Float64Array; // [B] ascending
  counts: Float64Array; // [A, B]
};

/**
 * Counts pairs without sorting pixels: neighbors mostly repeat a pair, so a run costs one look-up.
 *
 * @param truth [H, W] @param predicted [H, W]
 */
export function countPairs(truth: ArrayLike<number>, predicted: ArrayLike<number>): PairCounts {
  const truthRow = new Map<number, number>();
  const predictedColumn = new Map<number, number>();
  let columns = 16;
  let counts = new Float64Array(16 * columns);
  let [t, p] = [Number.NaN, Number.NaN];
  let row = 0;
  let column = 0;
  for (let start = 0, k = 0; start < truth.length; start = k) {
    if (truth[k] !== t) row = placeOf(truthRow, (t = truth[k]));
    if (predicted[k] !== p) column = placeOf(predictedColumn, (p = predicted[k]));
    for (k++; k < truth.length && truth[k] === t && predicted[k] === p; ) k++;
    if (column >= columns) {
      counts = widened(counts, columns);
      columns *= 2;
    }
    if ((row + 1) * columns > counts.length) counts = lengthened(counts);
    counts[row * columns + column] += k - start;
  }
  return ascending(truthRow, predictedColumn, counts, columns);
}

function placeOf(places: Map<number, number>, id: number): number {
  let place = places.get(id);
  if (place === undefined) places.set(id, (place = places.size));
  return place;
}

function widened(counts: Float64Array, columns: number): Float64Array<ArrayBuffer> {
  const wide = new Float64Array(counts.length * 2);
  for (let k = 0; k < counts.length; k += columns) wide.set(counts.subarray(k, k + columns), k * 2);
  return wide;
}

function lengthened(counts: Float64Array): Float64Array<ArrayBuffer> {
  const long = new Float64Array(counts.length * 2);
  long.set(counts);
  return long;
}

function ascending(
  rows: Map<number, number>,
  columns: Map<number, number>,
  counts: Float64Array,
  stride: number,
): PairCounts {
  const truthIds = Float64Array.from(rows.keys()).sort();
  const predictedIds = Float64Array.from(columns.keys()).sort();
  const sorted = new Float64Array(truthIds.length * predictedIds.length);
  let k = 0;
  for (const truth of truthIds) {
    const from = rows.get(truth)! * stride;
    for (const predicted of predictedIds) sorted[k++] = counts[from + columns.get(predicted)!];
  }
  return { truthIds, predictedIds, counts: sorted };
}
