import * as tf from '@tensorflow/tfjs-core';

import { checkedPair } from './checked-inputs.ts';
import { sumOfPixels } from './sum-of-pixels.ts';

/** Keeps both sums of the denominator from zero, each by this much. */
const SMOOTHING = 0.001;

/**
 * Dice distance with squares in the denominator:
 *
 *   1 − 2 Σ p·t / (Σ p² + Σ t²),  p = sigmoid(logits)
 *
 * Wang et al. 2020 (SOLO), "Loss Function"; after Milletari et al. 2016. {@link diceDistance} is the variant of DETR,
 * without squares.
 *
 * @param logits [M, h, w]
 * @param targets [M, h, w] in [0, 1]
 * @returns [M]
 */
export function squaredDiceDistance(logits: tf.Tensor3D, targets: tf.Tensor3D): tf.Tensor1D {
  return tf.tidy(() => {
    const [x, t] = checkedPair('squaredDiceDistance', logits, targets, ['M', 'h', 'w']);
    const probabilities = tf.sigmoid(x); // [M, h, w]
    const overlap = sumOfPixels(tf.mul(probabilities, t)); // [M]
    const squares = tf.add(sumOfPixels(tf.square(probabilities)), sumOfPixels(tf.square(t))); // [M]
    return tf.sub(1, tf.div(tf.mul(overlap, 2), tf.add(squares, 2 * SMOOTHING)));
  });
}
