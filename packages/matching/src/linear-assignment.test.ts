import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import munkres from 'munkres';
import { expect, test } from 'vitest';
import { linearAssignment, linearAssignmentBatch } from './linear-assignment.ts';

type Golden = {
  name: string;
  shape: [number, number];
  maximize: boolean;
  row: number[];
  col: number[];
  error?: string;
  cost: (number | string)[][];
};
const goldens = new URL('../test/goldens/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, goldens), 'utf8'));
const small: Golden[] = read('linear-assignment-cases.json').cases;
const large: Golden[] = read('linear-assignment-large.json').cases;
const number = (text: number | string) => (typeof text === 'number' ? text : Number(text.replace('inf', 'Infinity')));
const lists = ({ rows, columns }: { rows: Int32Array; columns: Int32Array }) => [[...rows], [...columns]];

// Expected indices: scipy 1.17.1 (1.10.1 agrees on all), scipy.optimize.linear_sum_assignment.
test.each(small.map((golden) => [golden.name, golden] as const))('scipy agrees: %s', (_, golden) => {
  const run = () => linearAssignment(golden.cost.flat().map(number), ...golden.shape, { maximize: golden.maximize });
  if (!golden.error) {
    const plain = { maximize: golden.maximize, fast: false };
    expect(lists(linearAssignment(golden.cost.flat().map(number), ...golden.shape, plain))).toEqual([
      golden.row,
      golden.col,
    ]);
  }
  if (golden.error?.includes('infeasible')) expect(run).toThrow('expected a feasible problem');
  else if (golden.error) expect(run).toThrow('expected numbers');
  else expect(lists(run())).toEqual([golden.row, golden.col]);
});

test.each(large.map((golden) => [golden.name, golden] as const))('scipy agrees: %s', (name, golden) => {
  const bytes = gunzipSync(readFileSync(new URL(`${name}.f64.gz`, goldens)));
  const costs = new Float64Array(new Uint8Array(bytes).buffer);
  expect(lists(linearAssignment(costs, ...golden.shape))).toEqual([golden.row, golden.col]);
});

/** The smallest total by trying every assignment of the rows, height ≤ width. */
function bruteForce(costs: number[], height: number, width: number, row = 0, taken = 0): number {
  if (row === height) return 0;
  let best = Infinity;
  for (let j = 0; j < width; j++) {
    if (taken & (1 << j)) continue;
    const rest = bruteForce(costs, height, width, row + 1, taken | (1 << j));
    best = Math.min(best, (costs[row * width + j] as number) + rest);
  }
  return best;
}

const integerProblem = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
  .chain(([rows, columns]) =>
    fc.tuple(
      fc.constant(rows),
      fc.constant(columns),
      fc.array(fc.integer({ min: -6, max: 6 }), { minLength: rows * columns, maxLength: rows * columns }),
    ),
  );

test('no assignment is cheaper, by trying all of them up to 7 x 7', () => {
  fc.assert(
    fc.property(integerProblem, ([rows, columns, costs]) => {
      const found = linearAssignment(costs, rows, columns);
      const total = found.rows.reduce((sum, row, k) => sum + costs[row * columns + found.columns[k]!]!, 0);
      const wide = rows <= columns;
      const turned = Array.from(costs, (_, k) => costs[(k % rows) * columns + Math.floor(k / rows)]!);
      expect(total).toBe(wide ? bruteForce(costs, rows, columns) : bruteForce(turned, columns, rows));
      expect(found.rows.length).toBe(Math.min(rows, columns));
      expect(new Set(found.columns).size).toBe(found.columns.length);
    }),
    { numRuns: 300, seed: 7 },
  );
});

test('munkres finds the same pairs when the optimum is unique', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true })), (stream) => {
      const [rows, columns] = [12, 30];
      const costs = [...stream.take(rows * columns)].map((value, k) => value + Math.sin(k * k) * 1e-3);
      const matrix = Array.from({ length: rows }, (_, i) => costs.slice(i * columns, (i + 1) * columns));
      const total = (pairs: [number, number][]) => pairs.reduce((sum, [i, j]) => sum + matrix[i]![j]!, 0);
      const found = linearAssignment(costs, rows, columns);
      const pairs = [...found.rows].map((row, k) => [row, found.columns[k]!] as [number, number]);
      expect(total(pairs)).toBeCloseTo(total(munkres(matrix)), 10);
    }),
    { numRuns: 20, seed: 3 },
  );
});

test('a batch is its problems one by one, padding columns left out', () => {
  const costs = Float32Array.from({ length: 2 * 4 * 3 }, (_, k) => Math.sin(k * 12.9898));
  const [first, second] = linearAssignmentBatch(costs, [2, 4, 3], { columnCounts: [3, 1] });
  expect(first).toEqual(linearAssignment(costs.slice(0, 12), 4, 3));
  expect(second).toEqual(linearAssignment([costs[12]!, costs[15]!, costs[18]!, costs[21]!], 4, 1));
  expect(linearAssignmentBatch([], [0, 4, 3])).toEqual([]);
});

test('clamping answers what rejection refuses', () => {
  const none = [NaN, NaN, NaN, NaN];
  expect(() => linearAssignment(none, 2, 2)).toThrow('linearAssignment: expected numbers');
  expect(lists(linearAssignment(none, 2, 2, { nonFinite: 'clamp' }))).toEqual([
    [0, 1],
    [0, 1],
  ]);
  const row = [Infinity, Infinity, 1, 5];
  expect(() => linearAssignment(row, 2, 2)).toThrow('expected a feasible problem');
  expect(lists(linearAssignment(row, 2, 2, { nonFinite: 'clamp' }))).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

test('clamping takes as few bad pairs as possible, however much the finite ones cost', () => {
  const costs = [NaN, 1e9, 0, Infinity, 1e9, 0, 0, 0, 0];
  const { columns } = linearAssignment(costs, 3, 3, { nonFinite: 'clamp' });
  expect([costs[columns[0]!], costs[3 + columns[1]!], costs[6 + columns[2]!]].every(Number.isFinite)).toBe(true);
});

test('clamping takes the good infinity first and survives the largest doubles', () => {
  const good = [0, 5, -Infinity, 5];
  expect(lists(linearAssignment(good, 2, 2, { nonFinite: 'clamp' }))).toEqual([
    [0, 1],
    [1, 0],
  ]);
  const huge = [Number.MAX_VALUE, NaN, -Number.MAX_VALUE, -Infinity];
  expect(lists(linearAssignment(huge, 2, 2, { nonFinite: 'clamp' }))).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test('the plain loops and WebAssembly give the same pairs, ties and odd sizes included', () => {
  fc.assert(
    fc.property(
      fc.tuple(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        fc.integer({ min: 1, max: 50 }),
      ),
      ([rows, columns, seed, values]) => {
        const costs = Float64Array.from(
          { length: rows * columns },
          (_, k) => Math.abs(Math.imul(seed + k, 2654435761)) % values,
        );
        const plain = linearAssignment(costs, rows, columns, { fast: false });
        expect(linearAssignment(costs, rows, columns)).toEqual(plain);
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});

test('says which length it expected', () => {
  expect(() => linearAssignment([1, 2, 3], 2, 2)).toThrow('linearAssignment: expected 4 costs, got 3');
  expect(() => linearAssignmentBatch([1, 2], [1, 1, 2], { columnCounts: [3] })).toThrow('expected 0 to 2 columns');
});
