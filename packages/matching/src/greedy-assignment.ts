import { doublesOf, expectSizes, isNumbers, isSize, shown } from './expect-costs.ts';
import type { Assignment, Costs } from './linear-assignment.ts';

/**
 * Takes the cheapest remaining pair again and again until rows or columns run out. Not optimal; the baseline a linear
 * assignment is compared with. Equal costs: the lower row first, then the lower column. NaN and +∞ are never taken, so
 * fewer than min(rows, columns) pairs may come back.
 *
 * @param costs [rows, columns] row-major
 */
export function greedyAssignment(costs: Costs, rows: number, columns: number): Assignment {
  expectSizes('greedyAssignment', [rows, columns]);
  const values = doublesOf('greedyAssignment', costs);
  if (values.length !== rows * columns) {
    throw new RangeError(
      `greedyAssignment: expected ${rows * columns} costs for [${rows}, ${columns}], got ${values.length}`,
    );
  }
  const cost = (pair: number) => values[pair] as number;
  const pairs = Int32Array.from(values.keys()).filter((pair) => cost(pair) < Infinity);
  pairs.sort((a, b) => (cost(a) < cost(b) ? -1 : cost(a) > cost(b) ? 1 : a - b));
  const columnOfRow = new Int32Array(rows).fill(-1);
  const taken = new Uint8Array(columns);
  for (const pair of pairs) {
    const row = Math.floor(pair / columns);
    const column = pair - row * columns;
    if (columnOfRow[row] !== -1 || taken[column] === 1) continue;
    columnOfRow[row] = column;
    taken[column] = 1;
  }
  const matched = Int32Array.from(columnOfRow.keys()).filter((row) => columnOfRow[row] !== -1);
  return { rows: matched, columns: matched.map((row) => columnOfRow[row] as number) };
}

/**
 * Gives every target the query of its own class, without looking at costs: query k predicts class k. The "fixed"
 * matching that MaskFormer (Cheng et al. 2021, §3.4 and the ablation of matching) compares bipartite matching with.
 *
 * @param classes [T] class of each target
 * @param queries Number of queries; classes at or past it have none
 * @throws if a class has no query, or two targets share one
 */
export function classFixedAssignment(classes: ArrayLike<number>, queries: number): Assignment {
  if (!isSize(queries)) {
    throw new RangeError(`classFixedAssignment: expected a whole number of queries, got ${shown(queries)}`);
  }
  if (!Array.isArray(classes) && !isNumbers(classes)) {
    throw new TypeError(`classFixedAssignment: expected a list of classes, got ${shown(classes)}`);
  }
  const targetOfQuery = new Int32Array(queries).fill(-1);
  for (let target = 0; target < classes.length; target++) {
    const k = classes[target] as number;
    if (!(Number.isInteger(k) && k >= 0 && k < queries)) {
      throw new RangeError(
        `classFixedAssignment: expected classes in 0 to ${queries - 1}, got ${k} for target ${target}`,
      );
    }
    if (targetOfQuery[k] !== -1) {
      throw new RangeError(
        `classFixedAssignment: expected one target a class, got ${targetOfQuery[k]} and ${target} of class ${k}`,
      );
    }
    targetOfQuery[k] = target;
  }
  const rows = Int32Array.from(targetOfQuery.keys()).filter((query) => targetOfQuery[query] !== -1);
  return { rows, columns: rows.map((query) => targetOfQuery[query] as number) };
}
