import { expectClose, expectGradient, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { boundaryLoss, signedDistances } from '../src/terms/boundary-loss.ts';
import {
  lovaszHinge,
  lovaszHingeSlopes,
  lovaszSlopes,
  lovaszSoftmax,
  lovaszSoftmaxSlopes,
} from '../src/terms/lovasz-loss.ts';

// Berman et al. 2018, algorithm 1, written for float64 PyTorch 2.13 with its sort and autograd
const HINGE = {
  logits: [0.3, -1.2, 2.5, 0.9, -0.4, 1.7],
  targets: [1, 0, 1, 0, 0, 1],
  loss: 0.71,
  gradient: [-0.25, 0, 0, 0.25, 0.1, 0],
};
const LOGITS = [0.2, 1.1, -0.3, 1.5, 0.1, 0.4, -0.7, 0.3, 0.9, 0.6, 0.5, 0.1, 0, 2, 1];
const SOFTMAX = {
  labels: [1, 0, 2, 1, 1],
  loss: 0.42261862405,
  gradient: [
    0.01652948, -0.02655512, 0.01002564, -0.03871298, 0.0164746, 0.02223838, 0.02195736, 0.05968628, -0.08164364,
    0.05587979, -0.04952026, -0.00635953, 0.00665467, -0.02474394, 0.01808927,
  ],
};
const ABSENT = { labels: [1, 0, 0, 1, 1], loss: 0.543758114291 };

onEveryBackend('Lovász and boundary losses', () => {
  test('the hinge and its gradient are those of the reference', async () => {
    const [x, t] = [tf.tensor2d([HINGE.logits]), tf.tensor2d([HINGE.targets])];
    const slopes = await lovaszHingeSlopes(x, t);
    await expectClose(lovaszHinge(x, t, slopes), [HINGE.loss], { absolute: 2e-6 });
    await expectClose(tf.grad((y) => lovaszHinge(y as tf.Tensor2D, t, slopes))(x), HINGE.gradient, { absolute: 2e-6 });
    expectTidy(() => lovaszHinge(x, t, slopes));
  });

  test('the softmax form and its gradient are those of the reference', async () => {
    const [x, labels] = [tf.tensor2d(LOGITS, [5, 3]), tf.tensor1d(SOFTMAX.labels, 'int32')];
    const slopes = await lovaszSoftmaxSlopes(x, SOFTMAX.labels);
    await expectClose(lovaszSoftmax(x, labels, slopes), [SOFTMAX.loss], { absolute: 2e-6 });
    const gradient = tf.grad((y) => lovaszSoftmax(y as tf.Tensor2D, labels, slopes))(x);
    await expectClose(gradient, SOFTMAX.gradient, { absolute: 2e-6 });
    await expectGradient((y) => lovaszSoftmax(y as tf.Tensor2D, labels, slopes), x);
    expectTidy(() => lovaszSoftmax(x, labels, slopes));
  });

  test('a class without a pixel does not count, nor does a pixel without a class', async () => {
    const x = tf.tensor2d(LOGITS, [5, 3]);
    const of = async (logits: tf.Tensor2D, labels: number[]) =>
      lovaszSoftmax(logits, tf.tensor1d(labels, 'int32'), await lovaszSoftmaxSlopes(logits, labels));
    await expectClose(await of(x, ABSENT.labels), [ABSENT.loss], { absolute: 2e-6 });
    const more = tf.concat([x, tf.tensor2d([[9, -9, 0]])]) as tf.Tensor2D;
    await expectClose(await of(more, [...ABSENT.labels, 255]), [ABSENT.loss], { absolute: 2e-6 });
    await expectClose(await of(x, [255, 255, 255, 255, 255]), [0]);
  });

  test('logits of ±1e4 and masks without a pixel stay finite', async () => {
    const x = tf.tensor2d([
      [1e4, -1e4, 1e4, -1e4],
      [1e4, -1e4, 5, -5],
    ]);
    const t = tf.tensor2d([
      [1, 0, 0, 1],
      [0, 0, 0, 0],
    ]);
    const slopes = await lovaszHingeSlopes(x, t);
    const [value] = await lovaszHinge(x, t, slopes).data();
    expect(Number.isFinite(value)).toBe(true);
    expect(
      [
        ...(await tf
          .grad((y) => lovaszHinge(y as tf.Tensor2D, t, slopes))(x)
          .data()),
      ].every(Number.isFinite),
    ).toBe(true);
    await expectClose(boundaryLoss(x, tf.zeros([2, 4])), [0]);
  });

  test('the boundary term is the mean of p · distance, with the gradient of it', async () => {
    const distances = tf.tensor2d([[2, 1, 0, -1]]);
    const x = tf.tensor2d([[0, 1, -1, 2]]);
    const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
    await expectClose(boundaryLoss(x, distances), [(2 * 0.5 + sigmoid(1) - sigmoid(2)) / 4], { absolute: 1e-6 });
    await expectGradient((y) => boundaryLoss(y as tf.Tensor2D, distances), x);
    expectTidy(() => boundaryLoss(x, distances));
    await expectClose(boundaryLoss(tf.zeros([0, 4]), tf.zeros([0, 4])), [0]);
  });
});

test('at masks that are right or wrong, slopes add up to the Jaccard loss', () => {
  const truth = [1, 1, 1, 0, 0, 1];
  const errors = [0, 1, 0, 1, 0, 0]; // one missed, one false: |3| of 5
  const sum = lovaszSlopes(errors, truth).reduce((total, slope, i) => total + slope * errors[i], 0);
  expect(sum).toBeCloseTo(1 - 3 / 5, 6);
});

test('signed distances are those of trying every pixel', () => {
  const [height, width] = [13, 17];
  const mask = Uint8Array.from({ length: height * width }, (_, i) =>
    Number((i * 7919) % 11 < 3 || (i % width > 4 && i % width < 12)),
  );
  const found = signedDistances(mask, height, width);
  for (let i = 0; i < mask.length; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < mask.length; j++) {
      if (mask[j] === mask[i]) continue;
      nearest = Math.min(nearest, Math.hypot((i % width) - (j % width), Math.floor(i / width) - Math.floor(j / width)));
    }
    expect(found[i]).toBeCloseTo(mask[i] === 1 ? 1 - nearest : nearest, 5);
  }
});

test.each([0, 1])('a mask of %i everywhere has no border', (value) => {
  expect([...signedDistances(new Uint8Array(6).fill(value), 2, 3)]).toEqual([0, 0, 0, 0, 0, 0]);
});
