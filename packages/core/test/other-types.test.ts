import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { adamStep } from '../src/kernels/adam-step/adam-step.ts';
import { attention } from '../src/kernels/attention/attention.ts';
import { conv2d } from '../src/kernels/conv2d/conv2d.ts';
import { deformableSampling } from '../src/kernels/deformable-sampling/deformable-sampling.ts';
import { gelu } from '../src/kernels/gelu/gelu.ts';
import { globalNorm } from '../src/kernels/global-norm/global-norm.ts';
import { groupNorm } from '../src/kernels/group-norm/group-norm.ts';
import { layerNorm } from '../src/kernels/layer-norm/layer-norm.ts';
import { linear } from '../src/kernels/linear/linear.ts';
import { maxPool } from '../src/kernels/max-pool/max-pool.ts';
import { sumNorm } from '../src/kernels/sum-norm/sum-norm.ts';
import { sumRows } from '../src/kernels/sum-rows/sum-rows.ts';

/** A tensor of any type as maps, tokens and vectors. */
// biome-ignore lint/suspicious/noExplicitAny: of whatever rank
const as = (x: tf.Tensor, ...shape: number[]): any => tf.reshape(x, shape);

const ADAM = {
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  clipNorm: Number.POSITIVE_INFINITY,
  decay: 0,
  rate: 1,
  rootScale: 1,
};
const vectors = (size: number) => [tf.fill([size], 2), tf.fill([size], 3)] as [tf.Tensor, tf.Tensor];

/** Each takes 64 numbers. */
const OPS: [string, (x: tf.Tensor) => tf.Tensor][] = [
  ['gelu', (x) => gelu(x)],
  ['layerNorm', (x) => layerNorm(as(x, 8, 8), ...vectors(8), 1e-5)],
  ['sumNorm', (x) => sumNorm({ x: as(x, 8, 8), branch: tf.ones([8, 8]), gain: tf.ones([8]), bias: tf.ones([8]) }, 1e-5)],
  ['groupNorm', (x) => groupNorm(as(x, 1, 2, 4, 8), ...vectors(8), { groups: 2, epsilon: 1e-5 })],
  ['attention', (x) => attention(as(x, 1, 4, 2, 8), as(x, 1, 4, 2, 8), as(x, 1, 4, 2, 8))],
  ['maxPool', (x) => maxPool(as(x, 1, 4, 4, 4), { size: 3, strides: 1, padding: 1 })],
  ['deformableSampling', (x) => deformableSampling(as(x, 1, 16, 1, 4), tf.fill([1, 2, 1, 1, 1, 2], 0.4), tf.ones([1, 2, 1, 1, 1]), [[4, 4]])],
  ['conv2d', (x) => conv2d(as(x, 1, 4, 4, 4), tf.ones([3, 3, 4, 4]))],
  ['conv2d with a bias', (x) => conv2d(tf.ones([1, 4, 4, 4]), tf.ones([1, 1, 4, 64]), { bias: as(x, 64) })],
  ['linear', (x) => linear(as(x, 8, 8), tf.ones([8, 4]))],
  ['linear of a weight', (x) => linear(tf.ones([2, 8]), as(x, 8, 8))],
  ['linear with a bias', (x) => linear(tf.ones([2, 8]), tf.ones([8, 64]), as(x, 64))],
  ['globalNorm', (x) => globalNorm([x, tf.ones([3])])],
  ['sumRows', (x) => sumRows(as(x, 8, 8), 8)],
  ['adamStep', (x) => adamStep({ parameter: tf.ones([64]), gradient: as(x, 64), first: tf.ones([64]), second: tf.ones([64]), norm: tf.scalar(1) }, ADAM)[0]],
]; // biome-ignore format: one op a line

onEveryBackend('tensors that are not float32', () => {
  for (const dtype of ['int32', 'bool'] as const) {
    test.each(OPS)(`%s of ${dtype} is that of the numbers, or refused by type`, async (_, f) => {
      const x = tf.tensor(
        Int32Array.from({ length: 64 }, (_, i) => (dtype === 'bool' ? i % 2 : ((i * 7) % 11) - 9)),
        [64],
        dtype,
      );
      const expected = f(tf.cast(x, 'float32'));
      let given: tf.Tensor;
      try {
        given = f(x);
      } catch (error) {
        expect((error as Error).message).toMatch(/float32|int32|bool/);
        return;
      }
      await expectClose(tf.cast(given, 'float32'), expected, { absolute: 1e-4, relative: 1e-4 });
    });
  }
});
