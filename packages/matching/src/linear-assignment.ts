import { doublesOf, expectSizes, isNumbers, isSize, shown } from './expect-costs.ts';
import { type Candidates, prepare, type Relax } from './relax.ts';

/** Costs of a [rows, columns] matrix, row by row. Typed arrays of whole numbers are taken too. */
export type Costs = Float64Array | Float32Array | readonly number[];

/** Options of an assignment: the sum that is sought, and the meaning of costs that are no finite numbers. */
export type LinearAssignmentOptions = {
  /** Look for the largest sum instead of the smallest. */
  maximize?: boolean;
  /**
   * Meaning of NaN and infinity. `'reject'` (default) is scipy's reading: the good infinity and NaN are errors, the bad
   * infinity forbids the pair, and a problem without a finite answer is an error. `'clamp'` always answers: NaN and the
   * bad infinity become a cost so high that as few such pairs as possible are taken, the good infinity one so low that
   * as many as possible are.
   */
  nonFinite?: 'reject' | 'clamp';
  /** False: without WebAssembly. The answer is the same. */
  fast?: boolean;
};

/** Pairs (rows[i], columns[i]), rows ascending; min(number of rows, number of columns) of them. */
export type Assignment = { rows: Int32Array; columns: Int32Array };

/**
 * Gives every row its own column (or, in a tall matrix, every column its own row) at the smallest total cost.
 *
 * Shortest augmenting paths after Crouse 2016, "On implementing 2D rectangular assignment algorithms". Where several
 * assignments cost the same, the one of scipy.optimize.linear_sum_assignment is returned, index for index: candidate
 * columns have an order (descending at first; the one removed is replaced by the last), and among equal distances the
 * last free candidate wins, or else the first candidate.
 *
 * @param costs [rows, columns] row-major
 * @throws if the length is not rows · columns, or by `nonFinite: 'reject'`
 */
export function linearAssignment(
  costs: Costs,
  rows: number,
  columns: number,
  options: LinearAssignmentOptions = {},
): Assignment {
  expectAssignment('linearAssignment', options);
  return assign(costsOf('linearAssignment', costs, [rows, columns]), rows, columns, options);
}

/**
 * Solves a batch of equally shaped problems, each on its own.
 *
 * @param costs [batch, rows, columns] row-major
 * @param options `columnCounts`: for each problem how many of its first columns take part (the others are padding); all if
 *   absent
 */
export function linearAssignmentBatch(
  costs: Costs,
  shape: readonly [batch: number, rows: number, columns: number],
  options: LinearAssignmentOptions & { columnCounts?: ArrayLike<number> } = {},
): Assignment[] {
  expectAssignment('linearAssignmentBatch', options, ['columnCounts']);
  expectList('linearAssignmentBatch', 'shape', shape, 3);
  const [batch, rows, columns] = shape;
  const all = costsOf('linearAssignmentBatch', costs, [batch, rows, columns]);
  expectCounts(options.columnCounts, batch, columns);
  return Array.from({ length: batch }, (_, b) => {
    const count = options.columnCounts ? options.columnCounts[b] : columns;
    const problem = all.slice(b * rows * columns, (b + 1) * rows * columns);
    return assign(
      problem.filter((_, k) => k % columns < count),
      rows,
      count,
      options,
    );
  });
}

/** Own checks: this part imports no other package. */
const KNOWN = { maximize: [true, false], nonFinite: ['reject', 'clamp'], fast: [true, false] };

function expectAssignment(where: string, options: LinearAssignmentOptions, others: readonly string[] = []): void {
  if (typeof options !== 'object' || options === null) refuse(where, 'an object of options', options);
  for (const [name, value] of Object.entries(options)) {
    if (others.includes(name)) continue;
    if (!Object.hasOwn(KNOWN, name)) refuse(where, `nothing but ${[...Object.keys(KNOWN), ...others]}`, name);
    const known: readonly unknown[] = KNOWN[name as keyof typeof KNOWN];
    if (value !== undefined && !known.includes(value)) refuse(where, `${known.join(', ')} as ${name}`, value);
  }
}

function expectList(where: string, name: string, value: unknown, length?: number): void {
  const found = (value as { length?: unknown } | null | undefined)?.length;
  if (typeof found !== 'number') refuse(where, `a list as ${name}`, value);
  if (length !== undefined && found !== length) refuse(where, `${length} entries as ${name}`, found);
}

function refuse(where: string, expected: string, value: unknown): never {
  throw new RangeError(`${where}: expected ${expected}, got ${value}`);
}

/** Costs of a problem of these sizes. */
function costsOf(where: string, costs: Costs, sizes: readonly number[]): Float64Array {
  expectSizes(where, sizes);
  const values = doublesOf(where, costs);
  const length = sizes.reduce((product, size) => product * size, 1);
  if (values.length !== length) throw new RangeError(`${where}: expected ${length} costs, got ${values.length}`);
  return values;
}

/** @throws RangeError at the first problem whose number of columns is none */
function expectCounts(counts: ArrayLike<number> | undefined, batch: number, columns: number): void {
  if (counts === undefined) return;
  const where = 'linearAssignmentBatch';
  if (!Array.isArray(counts) && !isNumbers(counts)) {
    throw new TypeError(`${where}: expected a list of columnCounts, got ${shown(counts)}`);
  }
  if (counts.length !== batch) throw new RangeError(`${where}: expected ${batch} columnCounts, got ${counts.length}`);
  const wrong = Array.from(counts).findIndex((count) => !(isSize(count) && count <= columns));
  if (wrong === -1) return;
  throw new RangeError(`${where}: expected 0 to ${columns} columns in problem ${wrong}, got ${shown(counts[wrong])}`);
}

/** @param costs [rows, columns] */
function assign(
  costs: Float64Array,
  rows: number,
  columns: number,
  { maximize, nonFinite, fast = true }: LinearAssignmentOptions,
): Assignment {
  const tall = columns < rows;
  const [height, width] = tall ? [columns, rows] : [rows, columns];
  const [candidates, load, relax] = prepare(height, width, tall, fast);
  const least = load(maximize ? costs.map((cost: number) => -cost) : costs);
  if (nonFinite === 'clamp') clamp(candidates[0], height, width);
  else if (!(least > -Infinity)) {
    throw new RangeError('linearAssignment: expected numbers, got NaN or infinity');
  }
  const chosen = solve(candidates, relax, height, width);
  return tall ? turned(candidates[6], height, width) : { rows: chosen.map((_, row) => row), columns: chosen };
}

/**
 * Replaces NaN and +∞ by max + n·range and −∞ by min − n·range, where max, min and range are those of the finite costs
 * and n is one more than the number of pairs: no choice among finite costs can outweigh one such pair.
 */
function clamp(matrix: Float64Array, height: number, width: number): void {
  const limit = 1e290; // leaves room for sums
  const within = (cost: number) => Math.max(-limit, Math.min(cost, limit));
  let min = Infinity;
  let max = -Infinity;
  for (const cost of matrix) {
    if (!Number.isFinite(cost)) continue;
    min = Math.min(min, within(cost));
    max = Math.max(max, within(cost));
  }
  if (min > max) min = max = 0;
  const reach = (height + 1) * (max - min || Math.abs(max) || 1);
  const stride = matrix.length / height;
  matrix.forEach((cost, k) => {
    if (k % stride >= width) return;
    matrix[k] = Number.isFinite(cost) ? within(cost) : cost === -Infinity ? min - reach : max + reach;
  });
}

/** The assignment of the transposed problem, whose columns are our rows. */
function turned(rowOfColumn: Float64Array, height: number, width: number): Assignment {
  const [rows, columns] = [new Int32Array(height), new Int32Array(height)];
  for (let row = 0, k = 0; row < width; row++) {
    if (rowOfColumn[row] < 0) continue;
    rows[k] = row;
    columns[k++] = rowOfColumn[row];
  }
  return { rows, columns };
}

/** @param height at most `width` @returns the column of every row, and `rowOfColumn` filled */
function solve(candidates: Candidates, relax: Relax, height: number, width: number): Int32Array {
  const [, open, distance, path, nearest, u, rowOfColumn] = candidates;
  const columns: number[] = []; // reached by this search
  const reached: number[] = []; // their final distances
  const v: number[] = []; // their dual variables
  const order = new Int32Array(width); // candidates in scipy's order
  const place = new Int32Array(width); // where a candidate stands in it
  const columnOfRow = new Int32Array(height);
  open.fill(0);
  u.fill(0);
  rowOfColumn.fill(-1);

  /** Column `column` leaves the candidates, of which `last` remain. */
  const remove = (column: number, last: number) => {
    const moved = order[last];
    order[place[column]] = moved;
    place[moved] = place[column];
  };

  /** Of the `count` nearest candidates: the last free one in order, or else the first. */
  const chooseOfEqual = (count: number) => {
    let chosen = -1;
    let best = -Infinity;
    for (let k = 0; k < count; k++) {
      const j = nearest[k];
      const rank = rowOfColumn[j] < 0 ? width + place[j] : -place[j];
      if (rank > best) [chosen, best] = [j, rank];
    }
    return chosen;
  };

  let isOrdered = true; // order is kept up to date only from the first tie of a search on
  for (let start = 0; start < height; start++) {
    if (isOrdered) for (let k = 0; k < width; k++) place[(order[k] = width - k - 1)] = k;
    isOrdered = false;
    let visited = 0;
    let lowest = 0;
    let row = start;
    let column = 0;
    do {
      const count = relax(row, lowest, u[row], visited ? -Infinity : Infinity);
      column = nearest[0];
      lowest = distance[column];
      if (lowest === Infinity)
        throw new RangeError('linearAssignment: expected a feasible problem, got one without a finite answer');
      if (count > 1) {
        if (!isOrdered && visited > 0) {
          for (let k = 0; k < visited; k++) remove(columns[k], width - k - 1);
          isOrdered = true;
        }
        column = chooseOfEqual(count);
      }
      if (isOrdered) remove(column, width - visited - 1);
      reached[visited] = lowest;
      v[visited] = open[column];
      columns[visited++] = column;
      distance[column] = Infinity;
      open[column] = -Infinity;
      row = rowOfColumn[column];
    } while (row >= 0);

    u[start] += lowest;
    for (let k = 0; k < visited; k++) {
      column = columns[k];
      row = rowOfColumn[column];
      const left = lowest - reached[k];
      open[column] = v[k] - left;
      if (row >= 0) u[row] += left;
    }
    // Turn every pair along the path back to the start.
    do {
      row = path[column];
      rowOfColumn[column] = row;
      [columnOfRow[row], column] = [column, columnOfRow[row]];
    } while (row !== start);
  }
  return columnOfRow;
}
