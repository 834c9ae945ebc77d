import { expectClose, expectGradient, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { ParamStore } from '../params/param-store.ts';
import { BatchNorm } from './batch-norm.ts';

onEveryBackend('batch norm', () => {
  const rows = () => tf.randomNormal([2, 3, 5, 8], 1, 2, 'float32', 3) as tf.Tensor4D;

  test('in training with batch statistics every channel has mean 0 and variance 1', async () => {
    const params = new ParamStore();
    const norm = new BatchNorm(params.root, { dim: 8, mode: 'batch', epsilon: 0 });
    const normalized = params.train(() => norm.forward(rows()));
    const { mean, variance } = tf.moments(normalized, [0, 1, 2]);
    await expectClose(mean, new Float32Array(8), { absolute: 1e-5 });
    await expectClose(variance, new Float32Array(8).fill(1), { absolute: 1e-4 });
    params.dispose();
  });

  test('running statistics move by the momentum, the variance unbiased as in PyTorch', async () => {
    const params = new ParamStore();
    const norm = new BatchNorm(params.root, { dim: 8, mode: 'batch', momentum: 0.25 });
    params.train(() => norm.forward(rows()));
    const { mean, variance } = tf.moments(rows(), [0, 1, 2]);
    await expectClose(norm.mean, tf.mul(mean, 0.25), { absolute: 1e-5 });
    await expectClose(norm.variance, tf.add(0.75, tf.mul(variance, (0.25 * 30) / 29)), { absolute: 1e-4 });
    params.dispose();
  });

  test('outside training, and frozen, it is the affine map of the running statistics', async () => {
    const params = new ParamStore();
    const norm = new BatchNorm(params.root, { dim: 8 });
    const x = rows();
    await expectClose(
      params.train(() => norm.forward(x)),
      tf.div(x, Math.sqrt(1 + 1e-5)),
      { absolute: 1e-6 },
    );
    params.dispose();
  });

  test('taken out of training it keeps its statistics, and is the map that it is at inference', async () => {
    const params = new ParamStore();
    const norm = new BatchNorm(params.root, { dim: 8, mode: 'batch' });
    params.train(() => norm.forward(rows()));
    const statistics = await Promise.all([norm.mean, norm.variance].map((each) => each.data()));
    norm.gain.trainable = false;
    norm.bias.trainable = false;
    const trained = params.train(() => norm.forward(rows()));
    expect(await trained.data()).toEqual(await norm.forward(rows()).data());
    expect(await Promise.all([norm.mean, norm.variance].map((each) => each.data()))).toEqual(statistics);
    params.dispose();
  });

  test('agrees with central differences in its input, gain and bias', async () => {
    const params = new ParamStore();
    const norm = new BatchNorm(params.root, { dim: 8, mode: 'batch', momentum: 0 });
    const target = tf.randomNormal([2, 3, 5, 8], 0, 1, 'float32', 4);
    const loss = () => (x: tf.Tensor) => params.train(() => tf.mean(tf.square(tf.sub(norm.forward(x), target))));
    await expectGradient(loss(), rows());
    const { grads } = tf.variableGrads(() => loss()(rows()) as tf.Scalar, [norm.gain, norm.bias]);
    expect(Object.values(grads).map(({ shape }) => shape)).toEqual([[8], [8]]);
    params.dispose();
  });

  test('leaves behind nothing but its result', () => {
    const params = new ParamStore();
    const norm = new BatchNorm(params.root, { dim: 8, mode: 'batch' });
    const x = rows();
    expectTidy(() => params.train(() => norm.forward(x)));
    params.dispose();
  });
});
