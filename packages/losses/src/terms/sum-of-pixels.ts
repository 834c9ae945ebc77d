import * as tf from '@tensorflow/tfjs-core';

/**
 * Sums each mask, row by row: single-precision sums of as many pixels as a whole mask has lose the sixth digit on
 * backends that add them up one after the other.
 *
 * @param masks [M, h, w]
 * @returns [M]
 */
export function sumOfPixels(masks: tf.Tensor3D): tf.Tensor1D {
  return tf.tidy(() => tf.sum(tf.sum(masks, 2), 1));
}
