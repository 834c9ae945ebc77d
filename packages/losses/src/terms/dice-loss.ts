import * as tf from '@tensorflow/tfjs-core';

import { checkedPair, expectDivisor } from './checked-inputs.ts';
import { sumOfPoints } from './sum-of-points.ts';

/**
 * Soft Dice distance of each predicted mask to its target:
 *
 *   1 − (2 Σ p·t + 1) / (Σ p + Σ t + 1),  p = sigmoid(logits)
 *
 * Milletari et al. 2016, with DETR's unsquared denominator and smoothing by one.
 *
 * @param logits [M, P] M matched masks, P sampled points or pixels
 * @param targets [M, P] in [0, 1]
 * @returns [M]
 */
export function diceDistance(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => {
    const [x, t] = checkedPair('diceDistance', logits, targets, ['M', 'P']);
    const probabilities = tf.sigmoid(x); // [M, P]
    const overlap = sumOfPoints(tf.mul(probabilities, t)); // [M]
    const total = tf.add(sumOfPoints(probabilities), sumOfPoints(t)); // [M]
    return tf.sub(1, tf.div(tf.add(tf.mul(overlap, 2), 1), tf.add(total, 1)));
  });
}

/**
 * {@link diceDistance} summed over masks and divided by `normalizer`.
 *
 * @param normalizer Number of ground-truth masks in the whole batch, above 0
 */
export function diceLoss(logits: tf.Tensor2D, targets: tf.Tensor2D, normalizer: number): tf.Scalar {
  expectDivisor('diceLoss', 'normalizer', normalizer);
  return tf.tidy(() => tf.div(tf.sum(diceDistance(logits, targets)), normalizer));
}
