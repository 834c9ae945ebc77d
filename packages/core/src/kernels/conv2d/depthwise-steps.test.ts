import { onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { depthwiseSteps } from './depthwise-steps.ts';

onEveryBackend('a depthwise convolution in steps', (backend) => {
  const isLarge = backend === 'wasm';

  test.each([3, 5])('of width %i: the bytes of the whole, and nothing left', async (kernel) => {
    const [height, width, channels] = isLarge ? [130, 150, 320] : [7, 5, 3];
    const x = tf.tensor4d(waves(height * width * channels), [1, height, width, channels]);
    const filter = tf.tensor4d(waves(kernel * kernel * channels), [kernel, kernel, channels, 1]);
    const whole = tf.depthwiseConv2d(x, filter, 1, 'same');
    const { numTensors } = tf.memory();
    const { result, turns } = takeSteps(depthwiseSteps(x, filter));
    expect(turns > 0).toBe(isLarge && kernel === 5);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    expect(result.shape).toEqual(whole.shape);
    const [stepped, expected] = await Promise.all([result, whole].map((values) => values.data()));
    expect(Buffer.compare(Buffer.from(stepped.buffer), Buffer.from(expected.buffer))).toBe(0);
    tf.dispose([x, filter, whole, result]);
  });
});

/** Numbers from -1 to 1, made faster than random ones. */
function waves(count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = Math.sin(0.7 * i);
  return values;
}
