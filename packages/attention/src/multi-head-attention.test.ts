import { ParamStore } from '@seg/core';
import { onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type AttentionInputs, MultiHeadAttention } from './multi-head-attention.ts';

onEveryBackend('attention in steps', (backend) => {
  // 2.3 · 10⁹ operations on wasm where 90 look at 30000, and 5 · 10⁹ where 4000 look at each other
  const isLarge = backend === 'wasm';
  const dim = isLarge ? 64 : 8;
  const noise = (seed: number, ...shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', seed);

  function looking(): AttentionInputs {
    const [count, length] = isLarge ? [90, 60000] : [3, 10];
    return {
      query: noise(1, 1, count, dim) as tf.Tensor3D,
      key: noise(2, 1, length, dim) as tf.Tensor3D,
      value: noise(3, 1, length, dim) as tf.Tensor3D,
      queryPosition: noise(4, count, dim),
      bias: noise(5, 1, count, length) as tf.Tensor3D,
    };
  }

  function exchanging(): AttentionInputs {
    const length = isLarge ? 4000 : 10;
    const [query, position] = [noise(1, 1, length, dim) as tf.Tensor3D, noise(2, length, dim)];
    return { query, key: query, value: query, queryPosition: position, keyPosition: position };
  }

  test.each([
    ['some look at many', 'packed', looking],
    ['many look at each other', 'split', exchanging],
  ] as const)('%s: the bytes of the whole, and nothing left', async (_, projections, inputsOf) => {
    const params = new ParamStore();
    const attention = new MultiHeadAttention(params.root, { dim, numHeads: 2, projections });
    const inputs = inputsOf();
    const whole = attention.gather(inputs);
    const { numTensors } = tf.memory();
    const { result, turns } = takeSteps(attention.gatherSteps(inputs));
    expect(turns > 0).toBe(isLarge);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    const [stepped, expected] = await Promise.all([result, whole].map((values) => values.data()));
    expect(Buffer.compare(new Uint8Array(stepped.buffer), new Uint8Array(expected.buffer))).toBe(0);
    tf.dispose([...new Set(Object.values(inputs)), whole, result]);
    params.dispose();
  });
});
