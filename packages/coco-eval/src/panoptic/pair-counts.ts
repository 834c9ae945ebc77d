import type { IdRuns } from './id-runs.ts';

/** Pixels shared by every pair of (ground truth, prediction) ids of an image. */
export type PairCounts = {
  truthIds: Float64Array; // [A] ascending
  predictedIds: Float64Array; // [B] ascending
  counts: Float64Array; // [A, B]
};

/** Counts of all pairs are held at 8 bytes each: 512 MiB. */
const MAX_PAIRS = 2 ** 26;

/**
 * Counts pairs without looking at pixels: the runs of two rows are merged, and rows that repeat in both maps are
 * counted at once.
 *
 * @throws where the maps differ in size, or have more pairs of ids than fit into memory
 */
export function countPairs(truth: IdRuns, predicted: IdRuns): PairCounts {
  if (truth.width !== predicted.width || truth.height !== predicted.height) {
    const sizes = [truth, predicted].map(({ width, height }) => `${width} x ${height}`);
    throw new RangeError(`PanopticQuality: expected a prediction of ${sizes[0]} pixels, got ${sizes[1]}`);
  }
  const pairs = truth.values.length * predicted.values.length;
  if (pairs > MAX_PAIRS) throw new RangeError(`PanopticQuality: expected at most 2^26 pairs of ids, got ${pairs}`);
  const counts = new Float64Array(pairs);
  for (let y = 0, rows = 1; y < truth.height; y += rows) {
    for (rows = 1; y + rows < truth.height && repeats(truth, y + rows) && repeats(predicted, y + rows); ) rows++;
    addRows(counts, truth, predicted, y, rows);
  }
  return ascending(truth.values, predicted.values, counts);
}

function repeats({ rows }: IdRuns, y: number): boolean {
  return rows[y] === rows[y - 1];
}

/** Adds row y of both maps `times` times. */
function addRows(counts: Float64Array, truth: IdRuns, predicted: IdRuns, y: number, times: number): void {
  const columns = predicted.values.length;
  let t = truth.rows[y];
  let p = predicted.rows[y];
  for (let x = 0; x < truth.width; ) {
    const [endT, endP] = [truth.ends[t], predicted.ends[p]];
    const end = Math.min(endT, endP);
    counts[truth.places[t] * columns + predicted.places[p]] += (end - x) * times;
    if (endT === end) t++;
    if (endP === end) p++;
    x = end;
  }
}

function ascending(rows: readonly number[], columns: readonly number[], counts: Float64Array): PairCounts {
  const [rowOrder, columnOrder] = [sortedPlaces(rows), sortedPlaces(columns)];
  const sorted = new Float64Array(counts.length);
  let k = 0;
  for (const row of rowOrder) for (const column of columnOrder) sorted[k++] = counts[row * columns.length + column];
  return {
    truthIds: Float64Array.from(rowOrder, (row) => rows[row]),
    predictedIds: Float64Array.from(columnOrder, (column) => columns[column]),
    counts: sorted,
  };
}

function sortedPlaces(ids: readonly number[]): Uint32Array {
  return Uint32Array.from(ids.keys()).sort((a, b) => ids[a] - ids[b]);
}
