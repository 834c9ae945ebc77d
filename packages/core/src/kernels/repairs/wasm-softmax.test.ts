import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { random } from '../../../test/kernel-checks.ts';

/** In float64. */
function softmaxOf(row: number[]): number[] {
  const most = Math.max(...row);
  const parts = row.map((x) => Math.exp(x - most));
  const total = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => part / total);
}

onEveryBackend('softmax', () => {
  test.each([1, 3, 4, 12, 37])('of rows of %i is that of float64', async (width) => {
    const x = random([7, width], width, 3);
    const rows = (await x.array()) as number[][];
    await expectClose(tf.softmax(x), tf.tensor(rows.map(softmaxOf)), { absolute: 1e-6, relative: 1e-6 });
  });

  test('a logit of minus infinity weighs nothing, a large one all', async () => {
    const y = await tf.softmax(tf.tensor1d([1, Number.NEGATIVE_INFINITY, 1, -500, 1e4])).data();
    expect([...y]).toEqual([0, 0, 0, 0, 1]);
  });

  test('a row that holds NaN is NaN, and no other', async () => {
    const y = await tf.softmax(tf.tensor2d([0, Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0], [2, 5])).data();
    expect([...y].map(Number.isNaN)).toEqual([...Array(5).fill(true), ...Array(5).fill(false)]);
  });
});
