import * as tf from '@tensorflow/tfjs-core';

/**
 * As core's: the terms that stand alone, on tfjs only, have no core. Sums each row in blocks of about √P points, for the reason of {@link sumOfPixels}: P is 12544 in the published
 * configs, 112 blocks of 112.
 *
 * @param values [M, P]
 * @returns [M]
 */
export function sumOfPoints(values: tf.Tensor2D): tf.Tensor1D {
  const [rows, points] = values.shape;
  const block = largestDivisor(points);
  return tf.tidy(() => tf.sum(tf.sum(tf.reshape(values, [rows, points / block, block]), 2), 1));
}

/** The largest divisor that is not above the square root; 1 of a prime. */
function largestDivisor(count: number): number {
  for (let divisor = Math.floor(Math.sqrt(count)); divisor > 1; divisor--) if (count % divisor === 0) return divisor;
  return 1;
}
