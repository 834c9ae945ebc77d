import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

onEveryBackend(
  'softplus, which WebGPU has to the sixth digit of one alone',
  () => {
    test('is log(1 + exp(x)) to six digits from tiny to large values', async () => {
      const x = Float32Array.from({ length: 1003 }, (_, i) => (i - 501) / 8); // −62.6 to 62.6
      const y = await tf.softplus(tf.tensor1d(x)).data();
      for (const [i, value] of x.entries()) {
        const exact = Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
        // below −13.9 tfjs leaves out a square, 4e-7 of the value
        expect(Math.abs(y[i]! - exact), `of ${value}`).toBeLessThanOrEqual(1e-6 * exact + 1e-16);
      }
    });

    test('far below zero is nothing', async () => {
      const y = await tf.softplus(tf.tensor1d([-200, -1e30, -100, -95, -90])).data();
      for (const value of y) expect(value).toBeLessThanOrEqual(1e-39); // e⁻⁹⁰; a float keeps no more than that apart from nothing
    });

    test('of NaN is NaN, of infinities nothing and themselves', async () => {
      const y = await tf.softplus(tf.tensor1d([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).data();
      expect([...y]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, expect.closeTo(0, 30)]);
    });
  },
  { only: ['cpu', 'wasm', 'node'] },
);
