import { ParamStore, runSteps } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { FeedForward } from './feed-forward.ts';

onEveryBackend('a feed-forward network in steps', (backend) => {
  test('many tokens: the bytes of the whole, and nothing left', async () => {
    const params = new ParamStore();
    const network = new FeedForward(params.root, { dim: 64, hiddenDim: backend === 'wasm' ? 4096 : 64 });
    const x = tf.randomNormal([2, 1100, 64], 0, 1, 'float32', 1) as tf.Tensor3D; // 2.3 · 10⁹ operations on wasm
    const whole = network.forward(x);
    const { numTensors } = tf.memory();
    const steps = network.forwardSteps(x);
    if (backend === 'wasm') expect(steps.next().done).toBe(false);
    const stepped = runSteps(steps);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    expect(stepped.shape).toEqual(whole.shape);
    expect(await stepped.data()).toEqual(await whole.data());
    tf.dispose([x, whole, stepped]);
    params.dispose();
  });
});
