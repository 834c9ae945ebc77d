/** Pixels shared by every pair of (ground truth, prediction) ids of an image. */
export type PairCounts = {
  truthIds: Float64Array; // [A] ascending
  predictedIds: Float64Array; // [B] ascending
  counts: Float64Array; // [A, B]
};

/** What is known of the rows of two maps: they repeat together where both repeat. */
export type Rows = { width: number; truth?: Uint8Array | undefined; predicted?: Uint8Array | undefined };

/**
 * Counts pairs without sorting pixels: neighbors mostly repeat a pair, so a run costs one look-up; and a row that
 * repeats the one above adds that row's runs again.
 *
 * @param truth [H, W] @param predicted [H, W]
 */
export function countPairs(truth: ArrayLike<number>, predicted: ArrayLike<number>, rows?: Rows): PairCounts {
  const table = new PairTable();
  const width = rows?.truth && rows.predicted ? rows.width : truth.length;
  for (let start = 0, y = 0; start < truth.length; start += width, y++) {
    if (y > 0 && rows!.truth![y] === 1 && rows!.predicted![y] === 1) table.repeatRow();
    else table.addRow(truth, predicted, start, start + width);
  }
  return table.sorted();
}

/** Counts by order of appearance, growing in both directions. */
class PairTable {
  readonly #truthRow: Map<number, number> = new Map();
  readonly #predictedColumn: Map<number, number> = new Map();
  #columns = 16;
  #counts = new Float64Array(16 * 16);
  #runs: number[] = []; // row, column and length of every run of the last row

  addRow(truth: ArrayLike<number>, predicted: ArrayLike<number>, start: number, end: number): void {
    this.#runs.length = 0;
    let [t, p] = [Number.NaN, Number.NaN];
    let [row, column] = [0, 0];
    for (let first = start, k = start; k < end; first = k) {
      if (truth[k] !== t) row = placeOf(this.#truthRow, (t = truth[k]));
      if (predicted[k] !== p) column = placeOf(this.#predictedColumn, (p = predicted[k]));
      for (k++; k < end && truth[k] === t && predicted[k] === p; ) k++;
      this.#add(row, column, k - first);
    }
  }

  #add(row: number, column: number, length: number): void {
    while (column >= this.#columns) {
      this.#counts = widened(this.#counts, this.#columns);
      this.#columns *= 2;
    }
    while ((row + 1) * this.#columns > this.#counts.length) this.#counts = lengthened(this.#counts);
    this.#counts[row * this.#columns + column] += length;
    this.#runs.push(row, column, length);
  }

  repeatRow(): void {
    for (let k = 0; k < this.#runs.length; k += 3) {
      this.#counts[this.#runs[k] * this.#columns + this.#runs[k + 1]] += this.#runs[k + 2];
    }
  }

  sorted(): PairCounts {
    return ascending(this.#truthRow, this.#predictedColumn, this.#counts, this.#columns);
  }
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
