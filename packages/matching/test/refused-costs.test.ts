import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { boxDistanceCost, boxOverlapCost, generalizedIou } from '../src/costs/box-costs.ts';
import { classCost } from '../src/costs/class-cost.ts';
import { focalClassCost } from '../src/costs/focal-class-cost.ts';
import { diceCost, maskCrossEntropyCost, maskFocalCost } from '../src/costs/mask-costs.ts';
import { maskDiceCost } from '../src/costs/mask-dice-cost.ts';
import { pairCosts } from '../src/costs/pair-costs.ts';
import { classFixedAssignment, greedyAssignment } from '../src/greedy-assignment.ts';
import { linearAssignment, linearAssignmentBatch } from '../src/linear-assignment.ts';
import { matchQueries } from '../src/match-queries.ts';
import { maskDice, pqSimilarity } from '../src/pq-similarity.ts';

describe.each([Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array])(
  '%o',
  (Kind) => {
    test('costs of whole numbers are maximized as numbers are', () => {
      for (const fast of [true, false]) {
        const { columns } = linearAssignment(Kind.of(0, 5, 5, 0) as never, 2, 2, { maximize: true, fast });
        expect([...columns]).toEqual([1, 0]);
      }
      const [{ columns }] = linearAssignmentBatch(Kind.of(0, 5, 5, 0) as never, [1, 2, 2], { maximize: true });
      expect([...columns]).toEqual([1, 0]);
    });
  },
);

test('costs that are to be maximized are left as they are', () => {
  const costs = Float64Array.of(0, 5, 5, 0);
  linearAssignment(costs, 2, 2, { maximize: true, nonFinite: 'clamp' });
  expect([...costs]).toEqual([0, 5, 5, 0]);
});

const solvers = { linearAssignment, greedyAssignment } as const;
describe.each(Object.entries(solvers))('%s', (name, solve) => {
  test.each([[[0, null, 1, 2]], [['0', 1, 2, 3]], [[true, 1, 2, 3]], [new Array(4)]])('refuses %j', (costs) => {
    expect(() => solve(costs as never, 2, 2)).toThrow(`${name}: expected costs of numbers, got`);
  });

  test.each([null, '0123', {}, 5, BigInt64Array.of(0n, 1n, 2n, 3n)])('refuses %o for costs', (costs) => {
    expect(() => solve(costs as never, 2, 2)).toThrow(`${name}: expected a list of costs, got`);
  });

  test.each([
    [1.5, 2],
    [-2, -2],
    ['2', '2'],
    [NaN, 2],
    [null, 2],
    [2 ** 31, 0],
  ])('refuses a size of %j, %j', (rows, columns) => {
    expect(() =>
      solve([0, 1, 2, 3].slice(0, Number(rows) * Number(columns) || 0), rows as never, columns as never),
    ).toThrow(`${name}: expected sizes of whole numbers of 0 or more, got`);
  });
});

test('batches of no size, and counts of columns that are none, are refused', () => {
  const costs = [0, 1, 2, 3];
  for (const shape of [
    [-1, -2, 2],
    [1.5, 2, 2],
    [1, 2, NaN],
    ['1', 2, 2],
  ])
    expect(() => linearAssignmentBatch(costs, shape as never)).toThrow(
      'linearAssignmentBatch: expected sizes of whole',
    );
  for (const count of [1.5, -1, 3, NaN, null, '1', undefined])
    expect(() => linearAssignmentBatch(costs, [1, 2, 2], { columnCounts: [count as never] })).toThrow(
      'linearAssignmentBatch: expected 0 to 2 columns in problem 0, got',
    );
  expect(() => linearAssignmentBatch(costs, [1, 2, 2], { columnCounts: [] })).toThrow('expected 1 columnCounts, got 0');
  expect(() => linearAssignmentBatch(costs, [1, 2, 2], { columnCounts: 2 as never })).toThrow('a list of columnCounts');
});

test('numbers of queries and classes that are none are refused', () => {
  for (const queries of [NaN, -1, 1.5, '2', null, Infinity])
    expect(() => classFixedAssignment([0], queries as never)).toThrow(
      'classFixedAssignment: expected a whole number of',
    );
  for (const classes of [null, {}, '0', 5])
    expect(() => classFixedAssignment(classes as never, 2)).toThrow('classFixedAssignment: expected a list of classes');
  expect(() => classFixedAssignment(['0' as never], 2)).toThrow('expected classes in 0 to 1, got 0 for target 0');
});

onEveryBackend('costs', () => {
  const labels = (...values: number[]) => tf.tensor1d(values, 'int32');
  const readsClasses = () => tf.getBackend() !== 'webgpu'; // which would have to wait for them

  test.each([-1, 3, 7])('class %i of three is refused', (one) => {
    if (!readsClasses()) return;
    const [scores, masks] = [tf.zeros<tf.Rank.R2>([2, 3]), tf.zeros<tf.Rank.R2>([2, 4])];
    const message = `expected classes of 0 to 2, got ${one}`;
    expect(() => classCost(scores, labels(0, one))).toThrow(`classCost: ${message}`);
    expect(() => focalClassCost(scores, labels(0, one))).toThrow(`focalClassCost: ${message}`);
    const inputs = { logits: masks, targets: masks, scores, labels: labels(0, one) };
    expect(() => pairCosts(inputs, { mask: 1, class: 1, dice: 1 })).toThrow(`pairCosts: ${message}`);
    const similar = {
      ...{ maskProbabilities: tf.zeros<tf.Rank.R2>([4, 2]), masks: tf.zeros<tf.Rank.R2>([4, 2]) },
      ...{ classProbabilities: scores, classes: labels(0, one), known: tf.ones<tf.Rank.R1>([4]) },
    };
    expect(() => pqSimilarity(similar)).toThrow(`pqSimilarity: ${message}`);
  });

  test('masks of other numbers of points are refused', () => {
    const [two, three] = [tf.zeros<tf.Rank.R2>([1, 2]), tf.zeros<tf.Rank.R2>([1, 3])];
    for (const cost of [diceCost, maskCrossEntropyCost, maskFocalCost, maskDiceCost])
      expect(() => cost(two, three)).toThrow(`${cost.name}: expected targets [T, P=2], got [1, 3]`);
    const inputs = { logits: two, targets: three, scores: two, labels: labels(0) };
    expect(() => pairCosts(inputs, { mask: 1, class: 1, dice: 1 })).toThrow('pairCosts: expected targets [T, P=2]');
    const columns = [tf.zeros<tf.Rank.R2>([2, 1]), tf.zeros<tf.Rank.R2>([3, 1])];
    const maps = { maskProbabilities: columns[0], masks: columns[1], known: tf.ones<tf.Rank.R1>([2]) };
    expect(() => maskDice(maps)).toThrow('maskDice: expected masks [P=2, R], got [3, 1]');
  });

  test('boxes that are none are refused', () => {
    const [boxes, others] = [tf.zeros<tf.Rank.R2>([1, 4]), tf.zeros<tf.Rank.R2>([1, 5])];
    for (const cost of [boxDistanceCost, boxOverlapCost])
      expect(() => cost(boxes, others)).toThrow(`${cost.name}: expected`);
    expect(() => generalizedIou(others, boxes)).toThrow('generalizedIou: expected boxes [..., 4], got [1, 5]');
  });

  test('what is no matrix is not matched', async () => {
    const costs = () => [tf.zeros([1, 2, 2]) as never];
    await expect(matchQueries(costs)).rejects.toThrow('matchQueries: expected costs [N, T], got [1, 2, 2]');
  });
});
