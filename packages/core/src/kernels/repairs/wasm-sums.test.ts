import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { random } from '../../../test/kernel-checks.ts';

/** Σ in float64, by the index of every element. */
function summed(x: tf.Tensor, axes: number[]): Float64Array {
  const kept = x.shape.map((side, axis) => (axes.includes(axis) ? 1 : side));
  const steps = tf.util.computeStrides(kept).concat(1);
  const sums = new Float64Array(kept.reduce((a, b) => a * b, 1));
  const strides = tf.util.computeStrides(x.shape).concat(1);
  for (const [i, value] of x.dataSync().entries()) {
    const place = x.shape.map((side, axis) => Math.floor(i / strides[axis]!) % side);
    const at = place.reduce((sum, index, axis) => sum + (axes.includes(axis) ? 0 : index * steps[axis]!), 0);
    sums[at]! += value;
  }
  return sums;
}

const CASES: [shape: number[], axes: number[]][] = [
  [[3, 70, 5], [1]],
  [[3, 70, 37], [1]],
  [[200, 83], [0]],
  [[7, 131], [1]],
  [
    [2, 3, 4, 5],
    [0, 2],
  ],
  [
    [2, 3, 4, 5],
    [1, 3],
  ],
  [
    [2, 1, 3, 1, 5],
    [0, 1, 2],
  ],
  [
    [2, 1, 3, 1, 5],
    [0, 2, 3],
  ],
  [
    [1, 6, 1],
    [0, 2],
  ],
  [
    [4, 5, 3],
    [0, 1, 2],
  ],
  [[3, 2, 17, 8, 21], [0]],
];

onEveryBackend('sums', () => {
  test.each(CASES)('of %j over %j are those of float64', async (shape, axes) => {
    const x = random(shape, 3);
    const expected = [...summed(x, axes)];
    const count = axes.reduce((n, axis) => n * shape[axis]!, 1);
    const sums = tf.sum(x, axes);
    expect(sums.shape).toEqual(shape.filter((_, axis) => !axes.includes(axis)));
    await expectClose(sums, tf.tensor(expected, sums.shape), { absolute: 1e-5, relative: 1e-5 });
    const means = tf.mean(x, axes, true);
    expect(means.shape).toEqual(shape.map((side, axis) => (axes.includes(axis) ? 1 : side)));
    const divided = tf.div(tf.tensor(expected, means.shape), count);
    await expectClose(means, divided, { absolute: 1e-5, relative: 1e-5 });
  });

  test('leave nothing behind but their result', () => {
    const x = random([2, 3, 4, 5], 1);
    const before = tf.memory().numDataBuffers;
    const sum = tf.sum(x, [0, 2]);
    expect(tf.memory().numDataBuffers - before).toBe(1);
    tf.dispose([x, sum]);
  });

  test('NaN and nothing', async () => {
    expect([
      ...(await tf
        .sum(
          tf.tensor2d([
            [Number.NaN, 1],
            [2, 3],
          ]),
          0,
        )
        .data()),
    ]).toEqual([Number.NaN, 4]);
    expect([...(await tf.sum(tf.zeros([0, 2]), 0).data())]).toEqual([0, 0]);
  });
});
