/** Costs of a [rows, columns] matrix, row by row. */
export type Costs = Float64Array | Float32Array | readonly number[];

export type LinearAssignmentOptions = {
  /** Look for the largest sum instead of the smallest. */
  maximize?: boolean;
  /**
   * What NaN and infinity mean. `'reject'` (default) is scipy's reading: the good infinity and NaN are errors, the bad
   * infinity forbids the pair, and a problem without a finite answer is an error. `'clamp'` always answers: NaN and the
   * bad infinity become a cost so high that as few such pairs as possible are taken, the good infinity one so low that
   * as many as possible are.
   */
  nonFinite?: 'reject' | 'clamp';
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
  requireShape('linearAssignment', costs, rows, columns, rows * columns);
  return assign(costs, 0, rows, columns, columns, options);
}

/**
 * Solves a batch of equally shaped problems, each on its own.
 *
 * @param costs [batch, rows, columns] row-major
 * @param columnCounts For each problem how many of its first columns take part (the others are padding); all if absent
 */
export function linearAssignmentBatch(
  costs: Costs,
  shape: readonly [batch: number, rows: number, columns: number],
  options: LinearAssignmentOptions & { columnCounts?: ArrayLike<number> } = {},
): Assignment[] {
  const [batch, rows, columns] = shape;
  const counts = options.columnCounts ?? new Int32Array(batch).fill(columns);
  requireShape('linearAssignmentBatch', costs, rows, columns, batch * rows * columns);
  return Array.from({ length: batch }, (_, b) => {
    const count = counts[b] as number;
    if (!(count >= 0 && count <= columns)) {
      throw new RangeError(`linearAssignmentBatch: expected 0 to ${columns} columns in problem ${b}, got ${count}`);
    }
    return assign(costs, b * rows * columns, rows, count, columns, options);
  });
}

function requireShape(where: string, costs: Costs, rows: number, columns: number, length: number): void {
  if (!(rows >= 0 && columns >= 0 && costs.length === length)) {
    throw new RangeError(`${where}: expected ${length} costs for [${rows}, ${columns}], got ${costs.length}`);
  }
}

function assign(
  costs: Costs,
  offset: number,
  rows: number,
  columns: number,
  stride: number,
  { maximize = false, nonFinite = 'reject' }: LinearAssignmentOptions,
): Assignment {
  const tall = columns < rows;
  const height = tall ? columns : rows;
  const width = tall ? rows : columns;
  const matrix = new Float64Array(height * width);
  const [step, leap] = tall ? [stride, 1] : [1, stride];
  for (let i = 0, k = 0; i < height; i++) {
    for (let j = 0; j < width; j++, k++) {
      const cost = costs[offset + i * leap + j * step] as number;
      matrix[k] = maximize ? -cost : cost;
    }
  }
  if (nonFinite === 'clamp') clamp(matrix, height);
  else rejectInvalid(matrix);
  const columnOfRow = solve(matrix, height, width);
  return tall ? transpose(columnOfRow, width) : { rows: Int32Array.from(columnOfRow.keys()), columns: columnOfRow };
}

function rejectInvalid(matrix: Float64Array): void {
  for (let k = 0; k < matrix.length; k++) {
    if (!((matrix[k] as number) > -Infinity)) {
      throw new RangeError(
        'linearAssignment: expected costs that are numbers, got NaN or an infinity on the good side',
      );
    }
  }
}

/**
 * Replaces NaN and +∞ by max + n·range and −∞ by min − n·range, where max, min and range are those of the finite costs
 * and n is one more than the number of pairs: no choice among finite costs can outweigh one such pair.
 */
function clamp(matrix: Float64Array, pairs: number): void {
  const limit = 1e290; // leaves room for sums
  let min = Infinity;
  let max = -Infinity;
  for (let k = 0; k < matrix.length; k++) {
    let cost = matrix[k] as number;
    if (!Number.isFinite(cost)) continue;
    cost = matrix[k] = Math.min(Math.max(cost, -limit), limit);
    if (cost < min) min = cost;
    if (cost > max) max = cost;
  }
  if (min > max) min = max = 0;
  const reach = (pairs + 1) * (max - min || Math.abs(max) || 1);
  for (let k = 0; k < matrix.length; k++) {
    const cost = matrix[k] as number;
    if (!Number.isFinite(cost)) matrix[k] = cost === -Infinity ? min - reach : max + reach;
  }
}

/** The assignment of the transposed problem, listed by ascending row. */
function transpose(rowOfColumn: Int32Array, rows: number): Assignment {
  const columnOfRow = new Int32Array(rows).fill(-1);
  for (let j = 0; j < rowOfColumn.length; j++) columnOfRow[rowOfColumn[j] as number] = j;
  const taken = Int32Array.from(columnOfRow.keys()).filter((i) => columnOfRow[i] !== -1);
  return { rows: taken, columns: taken.map((i) => columnOfRow[i] as number) };
}

/** Everything one problem needs, allocated once. */
type Search = {
  width: number;
  u: Float64Array; // [height] dual variables of the rows
  v: Float64Array; // [width] dual variables of the columns
  open: Float64Array; // [width] v while the column is a candidate, −∞ once it is reached: its distance stays infinite
  distance: Float64Array; // [width] shortest distance found to a candidate, +∞ once it is reached
  reached: Float64Array; // [width] final distances
  path: Int32Array; // [width] the row a column was reached from
  order: Int32Array; // [width] candidates in scipy's order
  place: Int32Array; // [width] where a candidate stands in `order`
  rowOfColumn: Int32Array; // [width] −1 while free
  columnOfRow: Int32Array; // [height]
  rows: Int32Array; // [height] rows visited by this search
  columns: Int32Array; // [height] columns reached by this search
};

/** @param matrix [height, width], height ≤ width, no NaN, no −∞ @returns the column of every row */
function solve(matrix: Float64Array, height: number, width: number): Int32Array {
  const search: Search = {
    width,
    u: new Float64Array(height),
    v: new Float64Array(width),
    open: new Float64Array(width),
    distance: new Float64Array(width),
    reached: new Float64Array(width),
    path: new Int32Array(width),
    order: new Int32Array(width),
    place: new Int32Array(width),
    rowOfColumn: new Int32Array(width).fill(-1),
    columnOfRow: new Int32Array(height).fill(-1),
    rows: new Int32Array(height),
    columns: new Int32Array(height),
  };
  for (let row = 0; row < height; row++) augment(search, row, shortestPath(search, matrix, row));
  return search.columnOfRow;
}

/** Dijkstra from `start` to the nearest free column, which it returns; updates the dual variables on the way. */
function shortestPath(search: Search, matrix: Float64Array, start: number): number {
  const { width, u, v, open, distance, reached, path, order, place, rowOfColumn, columnOfRow, rows, columns } = search;
  for (let k = 0; k < width; k++) place[(order[k] = width - k - 1)] = k;
  distance.fill(Infinity);
  open.set(v);
  let candidates = width;
  let visited = 0;
  let lowest = 0;
  let sink = -1;
  for (let row = start; sink === -1; ) {
    rows[visited] = row;
    let column = relax(matrix, row * width, width, lowest, u[row] as number, open, distance, path, row);
    const tied = column < 0;
    if (tied) column &= 0x7fffffff;
    lowest = distance[column] as number;
    if (lowest === Infinity) throw new RangeError('linearAssignment: expected a feasible problem, got one without');
    if (tied) column = firstOfEqual(search, column, lowest);
    reached[column] = lowest;
    distance[column] = Infinity;
    open[column] = -Infinity;
    columns[visited++] = column;
    const last = order[--candidates] as number;
    place[(order[place[column] as number] = last)] = place[column] as number;
    row = rowOfColumn[column] as number;
    if (row === -1) sink = column;
  }
  u[start] = (u[start] as number) + lowest;
  for (let k = 1; k < visited; k++) {
    const row = rows[k] as number;
    u[row] = (u[row] as number) + (lowest - (reached[columnOfRow[row] as number] as number));
  }
  for (let k = 0; k < visited; k++) {
    const column = columns[k] as number;
    v[column] = (v[column] as number) - (lowest - (reached[column] as number));
  }
  return sink;
}

/**
 * Shortens the distances to all candidates by way of `row`, reading the row from left to right so that the loop runs
 * over contiguous memory. @returns the first column at the smallest distance, or −1 − (the first) if others tie with it
 */
function relax(
  matrix: Float64Array,
  base: number,
  width: number,
  lowest: number,
  u: number,
  open: Float64Array,
  distance: Float64Array,
  path: Int32Array,
  row: number,
): number {
  let best = Infinity;
  let nearest = 0;
  for (let j = 0; j < width; j++) {
    // d = ((minimum + cost) − u) − v, rounded in this order
    const through = lowest + (matrix[base + j] as number) - u - (open[j] as number);
    let d = distance[j] as number;
    if (through < d) {
      distance[j] = d = through;
      path[j] = row;
    }
    if (d <= best) {
      nearest = d < best ? j : nearest | -2147483648;
      best = d;
    }
  }
  return nearest;
}

/** Among candidates at the same distance: the last free one in order, or else the first. */
function firstOfEqual(search: Search, nearest: number, lowest: number): number {
  const { order, distance, place, rowOfColumn } = search;
  let chosen = nearest;
  let free = -1;
  for (let j = nearest; j < search.width; j++) {
    if (distance[j] !== lowest) continue;
    const k = place[j] as number;
    if (rowOfColumn[j] === -1) {
      if (k > free) free = k;
    } else if (k < (place[chosen] as number)) chosen = j;
  }
  return free === -1 ? chosen : (order[free] as number);
}

/** Turns every pair along the path from `start` to the free column `sink`. */
function augment({ path, rowOfColumn, columnOfRow }: Search, start: number, sink: number): void {
  for (let column = sink; ; ) {
    const row = path[column] as number;
    rowOfColumn[column] = row;
    const next = columnOfRow[row] as number;
    columnOfRow[row] = column;
    if (row === start) return;
    column = next;
  }
}
