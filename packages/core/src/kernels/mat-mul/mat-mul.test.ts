import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { checkOps } from '../../../test/kernel-checks.ts';
import { matMul } from './mat-mul.ts';

checkOps([
  ...[false, true].flatMap((tA) =>
    [false, true].map((tB) => ({
      title: `matMul of batches${tA ? ', a transposed' : ''}${tB ? ', b transposed' : ''}`,
      shapes: [tA ? [2, 3, 60, 5] : [2, 3, 5, 60], tB ? [2, 3, 4, 60] : [2, 3, 60, 4]],
      f: (a: tf.Tensor, b: tf.Tensor) => matMul(a, b, tA, tB),
    })),
  ),
  {
    title: 'matMul of batches that broadcast',
    shapes: [
      [2, 1, 5, 7],
      [2, 3, 7, 4],
    ],
    f: (a, b) => matMul(a, b),
  },
  {
    title: 'matMul of batches by one matrix',
    shapes: [
      [2, 3, 5, 7],
      [7, 4],
    ],
    f: (a, b) => matMul(a, b),
  },
]);

onEveryBackend('one buffer under two shapes', () => {
  test('is the right operand that each shape says', async () => {
    const buffer = tf.range(0, 12) as tf.Tensor;
    const [wide, tall] = [tf.reshape(buffer, [3, 4]), tf.reshape(buffer, [4, 3])];
    const [x, y] = [tf.eye(3), tf.eye(4)];
    await expectClose(matMul(x, wide), wide);
    await expectClose(matMul(y, tall), tall);
    await expectClose(matMul(x, wide), wide);
  });
});

onEveryBackend('a bias of a fused product', () => {
  test('of one column is added along rows, of one row along columns', async () => {
    const [a, b] = [tf.zeros([3, 2]), tf.zeros([2, 3])] as [tf.Tensor2D, tf.Tensor2D];
    const column = tf.fused.matMul({ a, b, bias: tf.tensor2d([1, 2, 3], [3, 1]) });
    expect([...(await column.data())]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
    const row = tf.fused.matMul({ a, b, bias: tf.tensor2d([1, 2, 3], [1, 3]), activation: 'relu' });
    expect([...(await row.data())]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });
});
