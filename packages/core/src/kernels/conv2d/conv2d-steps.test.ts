import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { runSteps } from '../../steps.ts';
import { conv2d } from './conv2d.ts';
import { conv2dSteps } from './conv2d-steps.ts';
import type { Conv2DOptions } from './types.ts';

/** Each has more than 2 · 10⁹ operations, so that WebAssembly takes it in bands. */
const CASES: [name: string, x: tf.ShapeMap[tf.Rank.R4], filter: tf.ShapeMap[tf.Rank.R4], options: Conv2DOptions][] = [
  ['3 × 3 with zeros around', [1, 61, 64, 192], [3, 3, 192, 192], { padding: 1, activation: 'relu' }],
  ['3 × 3 of every second pixel', [1, 125, 128, 96], [3, 3, 96, 320], { padding: 1, strides: 2 }],
  ['3 × 3 in bands of few pixels', [1, 16, 17, 640], [3, 3, 640, 704], { padding: 1 }],
  ['7 × 7 of three channels', [2, 330, 511, 3], [7, 7, 3, 96], { padding: 3, strides: 2 }],
  ['1 × 1', [2, 63, 64, 384], [1, 1, 384, 448], {}],
  ['3 × 3, spread', [1, 50, 50, 256], [3, 3, 256, 192], { padding: 2, dilation: 2 }],
];

onEveryBackend('a convolution in bands', (backend) => {
  test.each(backend === 'wasm' ? CASES : [])(
    '%s: the bytes of the whole, and nothing left',
    async (_, x, filter, options) => {
      const map = tf.randomNormal(x, 0, 1, 'float32', 1) as tf.Tensor4D;
      const weights = tf.randomNormal(filter, 0, 0.1, 'float32', 2) as tf.Tensor4D;
      const bias = tf.randomNormal([filter[3]], 0, 1, 'float32', 3) as tf.Tensor1D;
      const added = tf.tidy(() => tf.mul(conv2d(map, weights, options), 0.5)) as tf.Tensor4D;
      const { numTensors } = tf.memory();
      const steps = conv2dSteps(map, weights, { ...options, bias, added });
      expect(steps.next().done).toBe(false);
      const banded = runSteps(steps);
      const whole = conv2d(map, weights, { ...options, bias, added });
      expect(banded.shape).toEqual(whole.shape);
      expect(tf.memory().numTensors).toBe(numTensors + 2);
      expect(Buffer.compare(Buffer.from((await banded.data()).buffer), Buffer.from((await whole.data()).buffer))).toBe(
        0,
      );
      tf.dispose([map, weights, bias, added, banded, whole]);
    },
  );

  test('a small one in one step', () => {
    const x = tf.ones([1, 4, 4, 2]) as tf.Tensor4D;
    const filter = tf.ones([3, 3, 2, 2]) as tf.Tensor4D;
    const step = conv2dSteps(x, filter).next();
    expect(step.done).toBe(true);
    tf.dispose([x, filter, step.value as tf.Tensor]);
  });
});
