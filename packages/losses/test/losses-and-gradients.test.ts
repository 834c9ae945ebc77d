import { classCrossEntropy } from '@seg/core';
import { expectClose, expectGradient, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { diceLoss } from '../src/terms/dice-loss.ts';
import { maskCrossEntropyLoss } from '../src/terms/mask-cross-entropy.ts';
import { matchedDiceLoss } from '../src/terms/matched-dice-loss.ts';
import { sigmoidFocal, sigmoidFocalLoss } from '../src/terms/sigmoid-focal-loss.ts';
import { uncertainPoints } from '../src/uncertain-points.ts';

onEveryBackend('loss terms', () => {
  // x = [2, −1, 0.5, −3], t = [1, 0, 1, 1]: MaskFormer's own functions on PyTorch 2.13
  const logits = () => tf.tensor2d([[2, -1, 0.5, -3]]);
  const targets = () => tf.tensor2d([[1, 0, 1, 1]]);

  test.each([
    ['focal', sigmoidFocalLoss, 0.181477],
    ['Dice', diceLoss, 0.295253],
    ['Dice by one kernel', matchedDiceLoss, 0.295253],
    ['binary cross entropy', maskCrossEntropyLoss, 0.990714],
  ] as const)('%s is what the reference computes', async (_, loss, expected) => {
    await expectClose(loss(logits(), targets(), 1), [expected], { absolute: 2e-6 });
    await expectClose(loss(logits(), targets(), 4), [expected / 4], { absolute: 2e-6 });
  });

  test('the class term is divided by the sum of the weights, as PyTorch does', async () => {
    const scores = tf.tensor2d([[2, 0, 1], [0, 1, 0], [0, 0, 3]]); // biome-ignore format: one query a row
    const loss = classCrossEntropy(scores, tf.tensor1d([0, 2, 2], 'int32'), 0.1);
    await expectClose(loss, [0.476869], { absolute: 2e-6 });
  });

  test('a mask that misses everything costs 1 − 1 / (Σp + Σt + 1)', async () => {
    const truth = tf.tensor2d([[1, 1, 0, 0]]);
    await expectClose(diceLoss(tf.mul(tf.sub(0.5, truth), 100) as tf.Tensor2D, truth, 1), [1 - 1 / 5]);
  });

  test('logits of ±100 cost their distance, not infinity', async () => {
    const loss = maskCrossEntropyLoss(tf.tensor2d([[100, -100, 100, -100]]), tf.tensor2d([[1, 0, 0, 1]]), 1);
    await expectClose(loss, [50], { relative: 1e-5 });
  });

  test('without gamma a well classified point has the gradient of the cross entropy, not NaN', async () => {
    // torch 2.13: binary_cross_entropy_with_logits of logits 20 and −40 with targets 1 and 0, gradient σ(x) − t ≈ 0
    const gradient = tf.grad((x) => sigmoidFocalLoss(x as tf.Tensor2D, tf.tensor2d([[1, 0]]), 1, { gamma: 0 }));
    await expectClose(gradient(tf.tensor2d([[20, -40]])), [0, 0], { absolute: 1e-6 });
  });

  test.each([0.25, 0.5, 1, 1.5])(
    'a gamma of %d has values and gradients of its formula, also at ±1e4',
    async (gamma) => {
      // ¼ · σ(−x)^γ · softplus(−x) inside, ¾ · σ(x)^γ · softplus(x) outside, in float64
      const [x, t] = [
        [1e4, -1e4, 1e4, -1e4, 30, -2, 0.5],
        [1, 0, 0, 1, 1, 0, 1],
      ];
      const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
      const term = (v: number, k: number) => {
        const wrong = t[k] === 1 ? -v : v; // the logit of being wrong
        return (t[k] === 1 ? 0.25 : 0.75) * Math.exp(-gamma * softplus(-wrong)) * softplus(wrong);
      };
      const [logits, targets] = [tf.tensor1d(x), tf.tensor1d(t)];
      await expectClose(sigmoidFocal(logits, targets, { gamma }), x.map(term), { relative: 1e-5, absolute: 1e-6 });
      const slope = (v: number, k: number) => (term(v + 1e-4, k) - term(v - 1e-4, k)) / 2e-4;
      const gradient = tf.grad((y) => tf.sum(sigmoidFocal(y as tf.Tensor1D, targets, { gamma })))(logits);
      await expectClose(gradient, x.map(slope), { relative: 1e-4, absolute: 1e-5 });
    },
  );

  test('queries that weigh nothing together cost nothing, and move nothing', async () => {
    const [x, labels] = [tf.tensor2d([[1, 2, 3], [3, 2, 1]]), tf.tensor1d([2, 2], 'int32')]; // biome-ignore format: one query a row
    await expectClose(classCrossEntropy(x, labels, 0), [0]);
    await expectClose(tf.grad((y) => classCrossEntropy(y as tf.Tensor2D, labels, 0))(x), [0, 0, 0, 0, 0, 0]);
    await expectClose(classCrossEntropy(tf.zeros([0, 3]), tf.tensor1d([], 'int32'), 0.1), [0]);
    // beside one that counts, it alone does: log(e¹ + e² + e³) − 1
    const one = classCrossEntropy(x, tf.tensor1d([0, 2], 'int32'), 0);
    await expectClose(one, [Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 1], { relative: 1e-6 });
  });

  test('without alpha and gamma the focal term is the cross entropy', async () => {
    const entropy = tf.sub(tf.softplus(logits()), tf.mul(logits(), targets()));
    await expectClose(sigmoidFocal(logits(), targets(), { alpha: -1, gamma: 0 }), entropy);
  });

  test.each([
    ['focal', sigmoidFocalLoss],
    ['Dice', diceLoss],
    ['binary cross entropy', maskCrossEntropyLoss],
  ] as const)('%s agrees with central differences and leaves nothing behind', async (_, loss) => {
    const x = tf.randomNormal([3, 10], 0, 1, 'float32', 1) as tf.Tensor2D;
    const t = tf.cast(tf.greater(tf.randomNormal([3, 10], 0, 1, 'float32', 2), 0), 'float32') as tf.Tensor2D;
    await expectGradient((y) => loss(y as tf.Tensor2D, t, 2), x);
    expectTidy(() => loss(x, t, 2));
  });

  test('the class term agrees with central differences', async () => {
    const labels = tf.tensor1d([0, 3, 3, 1], 'int32');
    const x = tf.randomNormal([4, 4], 0, 1, 'float32', 1);
    await expectGradient((y) => classCrossEntropy(y as tf.Tensor2D, labels, 0.1), x);
  });
});

test('the uncertain candidates are kept first, then the points from anywhere', () => {
  const candidates = Float32Array.of(0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4);
  const kept = uncertainPoints(Float32Array.of(-3, 0.5, 2, -0.1), candidates, Float32Array.of(0.9, 0.8), {
    masks: 1,
    keep: 2,
  });
  expect([...kept].map((value) => Number(value.toFixed(3)))).toEqual([0.4, 0.4, 0.2, 0.2, 0.9, 0.8]);
});
