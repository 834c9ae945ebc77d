import { ParamStore } from '@seg/core';
import { onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { ReducedAttention } from './reduced-attention.ts';

onEveryBackend('attention with reduced keys in steps', (backend) => {
  // 0.76 · 10⁹ operations an image on wasm, where a thread takes 10⁹ in a step and two take 2 · 10⁹
  const [dim, side] = backend === 'wasm' ? [64, 80] : [8, 8];

  test('three images in parts have the bytes of each alone, and nothing is left', async () => {
    const params = new ParamStore();
    const attention = new ReducedAttention(params.root, { dim, numHeads: 2, reduction: 4 });
    const x = tf.randomNormal([3, side, side, dim], 0, 1, 'float32', 1) as tf.Tensor4D;
    const alone = attention.forward(tf.tidy(() => tf.slice(x, [1], [1])));
    const { numTensors } = tf.memory();
    const { result, turns } = takeSteps(attention.forwardSteps(x));
    expect(turns).toBeGreaterThanOrEqual(backend === 'wasm' ? 2 : 1); // keys, and two parts or more
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    const second = tf.slice(result, [1], [1]);
    const [found, expected] = await Promise.all([second, alone].map((values) => values.data()));
    if (backend === 'wasm')
      expect(Buffer.compare(new Uint8Array(found.buffer), new Uint8Array(expected.buffer))).toBe(0);
    else expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-5);
    tf.dispose([x, alone, second, result]);
    params.dispose();
  });
});
