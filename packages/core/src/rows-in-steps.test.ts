import { onEveryBackend, takeSteps } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { matMul } from './index.ts';
import { recordKernels } from './record-kernels.ts';
import { rowsInSteps } from './rows-in-steps.ts';
import { runSteps } from './steps.ts';

onEveryBackend('rows in steps', (backend) => {
  /** Each pixel twice, and the sum of its channels behind it. */
  const compute = (x: tf.Tensor) => tf.tidy(() => tf.concat([tf.mul(x, 2), tf.sum(x, -1, true)], -1));
  const OPERATIONS = 2e7; // a hundred rows are 2 · 10⁹: a step has 64 of them

  test('a map comes out in its shape, to the bytes of the whole, and nothing is left', async () => {
    const x = tf.randomNormal([2, 9, 11, 5], 0, 1, 'float32', 1) as tf.Tensor4D;
    const whole = compute(x);
    const { numTensors } = tf.memory();
    const { result, turns } = takeSteps(rowsInSteps(x, OPERATIONS, compute));
    // 99 rows of two images: 64 and 35, which are joined in a step of their own, and one turn more where something came before
    expect(backend === 'wasm' ? [2, 3] : [0]).toContain(turns);
    expect(result.shape).toEqual(whole.shape);
    expect(await result.data()).toEqual(await whole.data());
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    tf.dispose([x, whole, result]);
  });

  test('where a gradient or a graph is asked for, all rows are one step', () => {
    const x = tf.ones([1, 300, 4]) as tf.Tensor3D;
    const sizes: number[] = [];
    const seen = (part: tf.Tensor) => {
      sizes.push(part.shape[1]!);
      return matMul(part, tf.ones([4, 2]));
    };
    tf.tidy(() => tf.grad((y) => tf.sum(runSteps(rowsInSteps(y, OPERATIONS, seen))))(x));
    recordKernels(() => {}, () => tf.tidy(() => void runSteps(rowsInSteps(x, OPERATIONS, seen))), { plain: true }); // biome-ignore format: one line
    expect(sizes).toEqual([300, 300]);
    x.dispose();
  });
});
