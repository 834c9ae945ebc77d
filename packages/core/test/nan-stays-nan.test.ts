import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const N = Number.NaN;
const VALUES = [N, 1, -2, N, 7, N, 3, 0.5, -1];

/** Shapes of vectors of four and of what is left over. */
const OPS: [string, (x: tf.Tensor) => tf.Tensor, (x: number) => number][] = [
  ['relu', (x) => tf.relu(x), (x) => Math.max(x, 0)],
  ['relu6', (x) => tf.relu6(x), (x) => Math.min(Math.max(x, 0), 6)],
  ['clipByValue', (x) => tf.clipByValue(x, -1, 2), (x) => Math.min(Math.max(x, -1), 2)],
  ['maximum by a number', (x) => tf.maximum(x, 0), (x) => Math.max(x, 0)],
  ['maximum of a number', (x) => tf.maximum(0, x), (x) => Math.max(x, 0)],
  ['minimum by a number', (x) => tf.minimum(x, 2), (x) => Math.min(x, 2)],
  ['minimum of a number', (x) => tf.minimum(2, x), (x) => Math.min(x, 2)],
  ['maximum of two', (x) => tf.maximum(tf.zerosLike(x), x), (x) => Math.max(x, 0)],
  ['minimum of two', (x) => tf.minimum(tf.zerosLike(x), x), (x) => Math.min(x, 0)],
  ['max', (x) => tf.max(tf.reshape(x, [-1, 1]), 1), (x) => x],
  ['min', (x) => tf.min(tf.reshape(x, [-1, 1]), 1), (x) => x],
];

// expected values: Math's, which hand NaN on as PyTorch's functions do
onEveryBackend('extremes of NaN', () => {
  test.each(OPS)('%s is NaN where its operand is', async (_, f, expected) => {
    expect([...(await f(tf.tensor1d(VALUES)).data())]).toEqual(VALUES.map(expected));
  });

  test('operands that broadcast', async () => {
    const [column, row] = [tf.tensor2d([1, N], [2, 1]), tf.tensor2d([0, 2, N], [1, 3])];
    expect([...(await tf.maximum(column, row).data())]).toEqual([1, 2, N, N, N, N]);
    expect([...(await tf.minimum(row, column).data())]).toEqual([0, 1, N, N, N, N]);
    expect([...(await tf.maximum(tf.scalar(N), row).data())]).toEqual([N, N, N]);
  });

  test('a reduction over several is NaN if one of them is', async () => {
    const x = tf.tensor2d([1, N, 3, 1, 2, 3], [2, 3]);
    expect([...(await tf.max(x, 1).data())]).toEqual([N, 3]);
    expect([...(await tf.min(x, 1).data())]).toEqual([N, 1]);
  });
});
