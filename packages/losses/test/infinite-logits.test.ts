import { classCrossEntropy } from '@seg/core';
import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import {
  balancedCrossEntropy,
  diceDistance,
  lovaszHinge,
  lovaszHingeSlopes,
  lovaszSoftmax,
  lovaszSoftmaxSlopes,
  maskCrossEntropy,
  sigmoidFocal,
} from '../src/index.ts';

const INF = Number.POSITIVE_INFINITY;

/** Limits of a loss and of its slope as a logit goes to ±Infinity, with targets that it is right of, then wrong. */
async function expectLimits(
  loss: (x: tf.Tensor1D) => tf.Tensor,
  logits: number[],
  values: number[],
  slopes: number[],
): Promise<void> {
  const x = tf.tensor1d(logits);
  expect(Array.from(await loss(x).data())).toEqual(values.map(Math.fround));
  const found = tf.grad((y) => tf.sum(loss(y as tf.Tensor1D)))(x);
  await expectClose(found, slopes, { absolute: 1e-6 });
}

onEveryBackend('logits of ±Infinity', () => {
  const fused = () => tf.getBackend() === 'webgpu'; // shaders may take infinities as they like

  test.each([0, 0.5, 1, 2])('focal terms with a gamma of %d are right, or infinite', async (gamma) => {
    const t = tf.tensor1d([1, 0, 0, 1]);
    await expectLimits(
      (x) => sigmoidFocal(x, t, { gamma }),
      [INF, -INF, INF, -INF],
      [0, 0, INF, INF],
      [0, 0, 0.75, -0.25],
    );
  });

  test('balanced cross entropy', async () => {
    const t = tf.tensor1d([1, 0, 0, 1]);
    const loss = (x: tf.Tensor1D) => balancedCrossEntropy(x, t, 3);
    await expectLimits(loss, [INF, -INF, INF, -INF], [0, 0, INF, INF], [0, 0, 1, -3]);
  });

  test('cross entropy of masks', async () => {
    if (fused()) return;
    const rows = (x: tf.Tensor) => tf.reshape(x, [4, 1]) as tf.Tensor2D;
    const t = tf.tensor2d([1, 0, 0, 1], [4, 1]);
    await expectLimits((x) => maskCrossEntropy(rows(x), t), [INF, -INF, INF, -INF], [0, 0, INF, INF], [0, 0, 1, -1]);
    const soft = tf.tensor2d([0.5, 0.25, 0.75, 0.5], [4, 1]);
    await expectLimits((x) => maskCrossEntropy(rows(x), soft), [INF, -INF, INF, -INF], [INF, INF, INF, INF], [0.5, -0.25, 0.25, -0.5]); // biome-ignore format: one step
  });

  test.each([
    [[-INF, 0, 0], 1, Math.log(2), [0, -0.5, 0.5]],
    [[-INF, -INF, 0], 2, 0, [0, 0, 0]],
    [[-INF, 0, 0], 0, INF, [-1, 0.5, 0.5]],
    [[INF, 0, 0], 0, 0, [0, 0, 0]],
    [[INF, 0, 0], 1, INF, [1, -1, 0]],
    [[INF, -INF, 0], 0, 0, [0, 0, 0]],
  ] as [number[], number, number, number[]][])('classes of %j with label %d', async (row, label, value, slope) => {
    if (fused()) return;
    const loss = (x: tf.Tensor) => classCrossEntropy(tf.reshape(x, [1, 3]) as tf.Tensor2D, [label], 0.1);
    expect((await loss(tf.tensor1d(row)).data())[0]).toBeCloseTo(value, 6);
    await expectClose(tf.grad(loss)(tf.tensor1d(row)), slope, { absolute: 1e-6 });
    const without = classCrossEntropy(tf.tensor2d([row, [0, 0, 0]]), [2, 0], 0); // a row that weighs nothing
    expect((await without.data())[0]).toBeCloseTo(Math.log(3), 6);
  });

  test('Dice and Lovász', async () => {
    const [x, t] = [tf.tensor2d([[INF, -INF, INF, 0.5]]), tf.tensor2d([[1, 0, 1, 1]])];
    const p = 1 / (1 + Math.exp(-0.5));
    await expectClose(diceDistance(x, t), [1 - (2 * (2 + p) + 1) / (2 + p + 3 + 1)], { absolute: 1e-6 });
    const slopes = await lovaszHingeSlopes(x, t);
    const hinge = (y: tf.Tensor) => lovaszHinge(y as tf.Tensor2D, t, slopes);
    await expectClose(hinge(x), [0.5 / 3], { absolute: 1e-6 }); // one of three is half a margin off
    await expectClose(tf.grad(hinge)(x), [0, 0, 0, -1 / 3], { absolute: 1e-6 });
    const wrong = tf.tensor2d([[-INF, -INF, INF, 0.5]]);
    expect((await lovaszHinge(wrong, t, await lovaszHingeSlopes(wrong, t)).data())[0]).toBe(INF);
    const scores = tf.tensor2d([[INF, 0], [-INF, 0]]); // biome-ignore format: one pixel a row
    const softmax = lovaszSoftmax(scores, tf.tensor1d([0, 1], 'int32'), await lovaszSoftmaxSlopes(scores, [0, 1]));
    await expectClose(softmax, [0]);
  });

  test('NaN stays NaN', async () => {
    const [x, t] = [tf.tensor2d([[Number.NaN, 0]]), tf.tensor2d([[1, 0]])];
    for (const loss of [sigmoidFocal(x, t), balancedCrossEntropy(x, t, 1), maskCrossEntropy(x, t)]) {
      expect((await loss.data())[0]).toBeNaN();
    }
    expect((await classCrossEntropy(x, [0], 1).data())[0]).toBeNaN();
  });
});
