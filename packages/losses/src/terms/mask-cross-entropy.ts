import * as tf from '@tensorflow/tfjs-core';

import { sumOfPoints } from './sum-of-points.ts';

/**
 * Binary cross entropy with logits, averaged over the points of each mask: softplus(x) − x·t, which neither overflows
 * nor takes the logarithm of zero.
 *
 * @param logits [M, P]
 * @param targets [M, P] in [0, 1]
 * @returns [M]
 */
export function maskCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() =>
    tf.div(sumOfPoints(tf.sub(tf.softplus(logits), tf.mul(logits, targets))), Math.max(1, logits.shape[1])),
  );
}

/** {@link maskCrossEntropy} summed over masks and divided by `normalizer`. Cheng et al. 2021, section 3.3. */
export function maskCrossEntropyLoss(logits: tf.Tensor2D, targets: tf.Tensor2D, normalizer: number): tf.Scalar {
  return tf.tidy(() => tf.div(tf.sum(maskCrossEntropy(logits, targets)), normalizer));
}
