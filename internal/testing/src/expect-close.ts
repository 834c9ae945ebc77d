import type * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/**
 * Checks values one by one and reports the worst: index, both values, difference, tolerance.
 *
 * @param tolerance Allowed |actual − expected| ≤ absolute + relative · |expected|
 */
export async function expectClose(
  actual: tf.Tensor | ArrayLike<number>,
  expected: tf.Tensor | ArrayLike<number>,
  { absolute = 1e-5, relative = 1e-5 }: { absolute?: number; relative?: number } = {},
): Promise<void> {
  const [got, want] = [await values(actual), await values(expected)];
  expect(got.length, 'number of values').toBe(want.length);
  const worst = { index: -1, excess: 0 };
  for (let i = 0; i < want.length; i++) {
    const allowed = absolute + relative * Math.abs(want[i]);
    const difference = Math.abs(got[i] - want[i]);
    const excess = Number.isNaN(difference) ? Infinity : difference - allowed;
    if (excess > worst.excess) Object.assign(worst, { index: i, excess });
  }
  const { index } = worst;
  expect(worst.index, `at ${index}: expected ${want[index]}, got ${got[index]}`).toBe(-1);
}

async function values(x: tf.Tensor | ArrayLike<number>): Promise<ArrayLike<number>> {
  return 'dataId' in x ? await x.data() : x;
}
