import { ParamStore } from '@seg/core';
import { onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { WindowAttention } from './window-attention.ts';

onEveryBackend('window attention in steps', (backend) => {
  // Windows of 16 tokens; on wasm 2.2 · 10⁶ operations each, so that 896 of the 900 of an image are a step.
  const [dim, windows] = backend === 'wasm' ? [128, 900] : [8, 4];

  test.each([
    [true, 3],
    [false, 2],
  ])('many windows, with regions: %s, are the bytes of the whole, and nothing is left', async (shifts, turns) => {
    const params = new ParamStore();
    const attention = new WindowAttention(params.root, { dim, numHeads: 4, window: 4 });
    const x = tf.randomNormal([2 * windows, 16, dim], 0, 1, 'float32', 1) as tf.Tensor3D;
    const regions = shifts ? (tf.randomNormal([windows, 16, 16], 0, 9, 'float32', 2) as tf.Tensor3D) : undefined;
    const whole = attention.forward(x, regions);
    const { numTensors } = tf.memory();
    const { result, turns: taken } = takeSteps(attention.forwardSteps(x, regions));
    if (backend === 'wasm')
      expect(taken).toBeGreaterThanOrEqual(turns); // of regions each image has two parts or more
    else expect(taken).toBe(0);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    const [stepped, expected] = await Promise.all([result, whole].map((values) => values.data()));
    expect(Buffer.compare(new Uint8Array(stepped.buffer), new Uint8Array(expected.buffer))).toBe(0);
    tf.dispose([x, regions ?? [], whole, result]);
    params.dispose();
  });
});
