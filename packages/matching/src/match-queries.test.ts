import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { classCost } from './costs/class-cost.ts';
import { diceCost, maskCrossEntropyCost, maskFocalCost } from './costs/mask-costs.ts';
import { matchQueries } from './match-queries.ts';

onEveryBackend('matching of queries', () => {
  test('several problems of different sizes are solved from one download', async () => {
    const found = await matchQueries(() => [
      tf.tensor2d([[4, 1], [2, 0], [3, 2]]), // biome-ignore format: one query a row
      tf.zeros([3, 0]),
      tf.tensor2d([[1], [0]]),
    ]);
    expect(found.map(({ rows, columns }) => [[...rows], [...columns]])).toEqual([
      [[0, 1], [1, 0]],
      [[], []],
      [[1], [0]],
    ]); // biome-ignore format: one problem a row
  });

  test('a query with NaN costs is matched only where nothing else is left', async () => {
    const [{ rows, columns }] = await matchQueries(() => [tf.tensor2d([[Number.NaN, Number.NaN], [1, 2], [2, 1]])]); // biome-ignore format: one query a row
    expect([[...rows], [...columns]]).toEqual([[1, 2], [0, 1]]); // biome-ignore format: queries, then targets
  });

  test('no problems need no download', async () => {
    expect(await matchQueries(() => [])).toEqual([]);
  });

  test('costs of every pair are what the loss terms give pair by pair', async () => {
    const logits = tf.randomNormal([4, 9], 0, 2, 'float32', 1) as tf.Tensor2D;
    const targets = tf.cast(tf.greater(tf.randomNormal([3, 9], 0, 1, 'float32', 2), 0), 'float32') as tf.Tensor2D;
    const [x, t] = [await logits.array(), await targets.array()];
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    const softplus = (value: number) => Math.log(1 + Math.exp(value));
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    const pairs = (cost: (row: number[], truth: number[]) => number) =>
      x.flatMap((row) => t.map((truth) => cost(row, truth)));
    const dice = pairs((row, truth) => {
      const p = row.map(sigmoid);
      return 1 - (2 * sum(p.map((value, i) => value * truth[i])) + 1) / (sum(p) + sum(truth) + 1);
    });
    await expectClose(diceCost(logits, targets), dice);
    const entropy = pairs((row, truth) => sum(row.map((value, i) => softplus(value) - value * truth[i])) / 9);
    await expectClose(maskCrossEntropyCost(logits, targets), entropy);
    const focal = pairs((row, truth) => sum(row.map((value, i) => {
      const p = truth[i] ? sigmoid(value) : 1 - sigmoid(value);
      return (truth[i] ? 0.25 : 0.75) * (1 - p) ** 2 * -Math.log(p);
    })) / 9); // biome-ignore format: one formula
    await expectClose(maskFocalCost(logits, targets), focal);
  });

  test('the class cost is minus the probability', async () => {
    const cost = classCost(tf.tensor2d([[0, 0, 0], [Math.log(2), 0, 0]]), tf.tensor1d([1, 0], 'int32')); // biome-ignore format: one query a row
    await expectClose(cost, [-1 / 3, -1 / 3, -1 / 4, -1 / 2]);
  });
});
