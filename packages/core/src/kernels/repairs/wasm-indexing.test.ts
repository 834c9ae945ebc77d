import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const ints = (...values: number[]) => tf.tensor1d(values, 'int32');

onEveryBackend('indices', (name) => {
  test.runIf(name === 'node')('TensorFlow refuses segments outside of the sums', () => {
    expect(() => tf.unsortedSegmentSum(tf.tensor1d([1, 2]), ints(0, 40), 2)).toThrow('out of range');
  });

  test.skipIf(name === 'node')('segments outside of the sums are left out, and nothing else is touched', async () => {
    const before = tf.memory().numTensors;
    const keep = tf.ones([64]);
    const sums = tf.tidy(() => tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3, 4]), ints(0, 40, 1, -1), 2));
    await expectClose(sums, [1, 3]);
    await expectClose(keep, new Array(64).fill(1));
    tf.dispose([keep, sums]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.skipIf(name === 'node')('what is outside of the sums has no gradient', async () => {
    const dx = tf.tidy(() =>
      tf.grad((x) => tf.sum(tf.square(tf.unsortedSegmentSum(x as tf.Tensor1D, ints(0, 40, 1, -1), 2))))(
        tf.tensor1d([1, 2, 3, 4]),
      ),
    );
    await expectClose(dx, [2, 0, 6, 0]);
    dx.dispose();
  });

  // graphics processors clamp, and TensorFlow has errors of its own
  test.runIf(name === 'wasm').each<[string, () => tf.Tensor]>([
    ['gather: expected indices from 0 to 1, got 5', () => tf.gather(tf.tensor1d([1, 2]), ints(0, 5))],
    ['gather: expected indices from 0 to 1, got -1', () => tf.gather(tf.tensor1d([1, 2]), ints(-1))],
    ['gather: expected indices from 0 to 2, got 3', () => tf.gather(tf.ones([2, 3]), ints(3), 1)],
    [
      'gather: expected indices from 0 to 2, got 3',
      () => tf.gather(tf.ones([2, 3]), tf.tensor2d([[0], [3]], [2, 1], 'int32'), 1, 1),
    ],
    [
      'gatherND: expected indices from 0 to 2, got 3',
      () => tf.gatherND(tf.ones([2, 3]), tf.tensor2d([[1, 2], [1, 3]], [2, 2], 'int32')), // biome-ignore format: rows
    ],
    [
      'scatterND: expected indices from 0 to 3, got 4',
      () => tf.scatterND(tf.tensor2d([[1], [4]], [2, 1], 'int32'), tf.tensor1d([1, 2]), [4]),
    ],
    [
      'matMul: expected inner axes alike, got 4 of [2,4] and 5 of [5,3]',
      () => tf.matMul(tf.ones([2, 4]), tf.ones([5, 3])),
    ],
    [
      'matMul: expected inner axes alike, got 4 of [2,4] and 5 of [3,5]',
      () => tf.matMul(tf.ones([2, 4]), tf.ones([3, 5]), false, true),
    ],
    [
      'matMul: expected inner axes alike, got 2 of [2,4] and 4 of [4,3]',
      () => tf.matMul(tf.ones([2, 4]), tf.ones([4, 3]), true, false),
    ],
  ])('%s', (message, compute) => {
    const before = tf.memory().numTensors;
    expect(() => tf.tidy(compute)).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});
