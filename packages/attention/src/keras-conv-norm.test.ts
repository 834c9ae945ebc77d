import { ParamStore, type Steps } from '@seg/core';
import { onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { AxialAttention } from './axial-attention.ts';
import { KerasConvNorm } from './keras-conv-norm.ts';

type Layer = { forward(x: tf.Tensor): tf.Tensor; forwardSteps(x: tf.Tensor): Steps<tf.Tensor> };

/** Layers with more than 2 · 10⁹ operations on wasm, and small ones elsewhere. */
const layers = (isLarge: boolean): Record<string, (params: ParamStore) => { layer: unknown; shape: number[] }> => {
  const [side, dim] = isLarge ? [150, 64] : [5, 4];
  return {
    'a convolution': ({ root }) => ({
      layer: new KerasConvNorm(root, { inDim: dim, outDim: 2 * dim, kernel: 3 }),
      shape: [1, side, side, dim], // 3.3 · 10⁹
    }),
    'a layer of tokens': ({ root }) => ({
      layer: new KerasConvNorm(root, { inDim: 8 * dim, outDim: 32 * dim, kernel: 'tokens' }),
      shape: [1, 8 * side, 8 * dim], // 2.5 · 10⁹
    }),
    'axial attention': ({ root }) => ({
      layer: new AxialAttention(root, { inDim: 8 * dim, keyDim: 8 * dim, valueDim: 16 * dim, numHeads: 4 }),
      shape: [isLarge ? 33 : 2, isLarge ? 33 : 3, 8 * dim], // 2.3 · 10⁹ of its projection
    }),
  };
};

onEveryBackend("deeplab2's layers in steps", (backend) => {
  const kinds = Object.entries(layers(backend === 'wasm'));
  test.each(kinds)('%s: the bytes of the whole, and nothing left', async (_, make) => {
    const params = new ParamStore();
    const { layer: made, shape } = make(params);
    const layer = made as Layer;
    const x = tf.randomNormal(shape, 0, 1, 'float32', 1);
    const whole = layer.forward(x);
    const { numTensors } = tf.memory();
    const { result, turns } = takeSteps(layer.forwardSteps(x));
    if (backend === 'wasm') expect(turns).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    const [stepped, expected] = await Promise.all([result, whole].map((values) => values.data()));
    expect(Buffer.compare(new Uint8Array(stepped.buffer), new Uint8Array(expected.buffer))).toBe(0);
    tf.dispose([x, whole, result]);
    params.dispose();
  });
});
