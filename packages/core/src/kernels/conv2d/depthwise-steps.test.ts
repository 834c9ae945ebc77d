import { onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { depthwiseSteps } from './depthwise-steps.ts';

onEveryBackend('a depthwise convolution in steps', (backend) => {
  const isLarge = backend === 'wasm';

  test.each([3, 5])('of width %i: the bytes of the whole, and nothing left', async (kernel) => {
    const [height, width, channels] = isLarge ? [130, 150, 320] : [7, 5, 3];
    const x = tf.randomNormal([1, height, width, channels], 0, 1, 'float32', 1) as tf.Tensor4D;
    const filter = tf.randomNormal([kernel, kernel, channels, 1], 0, 1, 'float32', 2) as tf.Tensor4D;
    const whole = tf.depthwiseConv2d(x, filter, 1, 'same');
    const { numTensors } = tf.memory();
    const { result, turns } = takeSteps(depthwiseSteps(x, filter));
    expect(turns > 0).toBe(isLarge && kernel === 5);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    expect(result.shape).toEqual(whole.shape);
    const [stepped, expected] = await Promise.all([result, whole].map((values) => values.data()));
    expect(stepped).toEqual(expected);
    tf.dispose([x, filter, whole, result]);
  });
});
