import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';

/**
 * Sums each row in blocks of about √P points, so that rounding grows with the root of their number: P is 12544 in the published
 * configs, 112 blocks of 112.
 *
 * @param values [M, P]
 * @returns [M]
 */
export function sumOfPoints(values: tf.Tensor2D): tf.Tensor1D {
  expectTensors('sumOfPoints', { values });
  const [rows, points] = values.shape;
  const block = largestDivisor(points);
  return tf.tidy(() => tf.sum(tf.sum(tf.reshape(values, [rows, points / block, block]), 2), 1));
}

/** The largest divisor that is not above the square root; 1 of a prime. */
function largestDivisor(count: number): number {
  for (let divisor = Math.floor(Math.sqrt(count)); divisor > 1; divisor--) if (count % divisor === 0) return divisor;
  return 1;
}
