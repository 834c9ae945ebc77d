import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import {
  attention,
  conv2d,
  deformableSampling,
  gelu,
  groupNorm,
  layerNorm,
  linear,
  maxPool,
  resizeBilinear,
} from '../src/index.ts';

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 0.1, 'float32', seed);

/** Weights of a small network that uses every kernel; all of them change with each step. */
function makeWeights(): tf.Variable[] {
  const shapes = [[3, 3, 3, 32], [3, 3, 32, 32], [32], [32], [32, 32], [32]];
  return tf.tidy(() => shapes.map((shape, i) => tf.variable(random(shape, i + 1))));
}

function network(x: tf.Tensor4D, [stem, body, gain, bias, weight, shift]: tf.Variable[]): tf.Scalar {
  const early = conv2d(x, stem as unknown as tf.Tensor4D, { strides: 2, padding: 1, activation: 'relu' });
  const pooled = maxPool(early, { size: 3, strides: 1, padding: 1 });
  const deep = conv2d(pooled, body as unknown as tf.Tensor4D, { padding: 1 });
  const normed = groupNorm(deep, gain!, bias!, { groups: 4, epsilon: 1e-5 });
  const small = resizeBilinear(normed, [8, 8]);
  const tokens = tf.reshape(small, [2, 64, 4, 8]) as tf.Tensor4D;
  const looked = attention(tokens, tokens, tokens);
  const at = tf.sigmoid(tf.reshape(tf.slice(looked, [0, 0, 0, 0], [2, 64, 4, 2]), [2, 64, 4, 1, 1, 2]));
  const sampled = deformableSampling(tokens, at, tf.ones([2, 64, 4, 1, 1]), [[8, 8]]);
  const out = linear(gelu(layerNorm(sampled, gain!, bias!, 1e-5)), weight!, shift);
  return tf.mean(tf.square(out));
}

onEveryBackend('training', () => {
  test('each step leaves as many tensors and as much heap as the one before', async () => {
    const weights = makeWeights();
    const x = random([2, 32, 32, 3], 9) as tf.Tensor4D;
    const optimizer = tf.train.sgd(0.1);
    const used: { tensors: number; data: number; heap: number }[] = [];
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      const loss = optimizer.minimize(() => network(x, weights), true, weights)!;
      losses.push((await loss.data())[0]!);
      loss.dispose();
      const heap = (tf.backend() as { wasm?: { HEAPU8: Uint8Array } }).wasm?.HEAPU8.length ?? 0;
      used.push({ tensors: tf.memory().numTensors, data: tf.memory().numDataBuffers, heap });
    }
    expect(used.at(-1)).toEqual(used[3]);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    tf.dispose(weights);
    optimizer.dispose();
  });
});
