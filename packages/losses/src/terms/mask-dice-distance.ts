import * as tf from '@tensorflow/tfjs-core';

import { checkedPair } from './checked-inputs.ts';
import { sumOfPixels } from './sum-of-pixels.ts';

/** Keeps both sums of the denominator from zero, each by this much. */
const SMOOTHING = 1e-6;

/**
 * Dice distance of masks that are no logits, with squares in the denominator: 1 − 2 Σ m·t / (Σ m² + Σ t²). Milletari
 * et al. 2016; Li et al. 2022 (Panoptic SegFormer), "Loss Function".
 *
 * @param masks [M, h, w] @param targets [M, h, w] in [0, 1]
 * @returns [M]
 */
export function maskDiceDistance(masks: tf.Tensor3D, targets: tf.Tensor3D): tf.Tensor1D {
  return tf.tidy(() => {
    const [m, t] = checkedPair('maskDiceDistance', masks, targets, ['M', 'h', 'w'], ['masks', 'targets']);
    const overlap = sumOfPixels(tf.mul(m, t));
    const squares = tf.add(sumOfPixels(tf.square(m)), sumOfPixels(tf.square(t)));
    return tf.sub(1, tf.div<tf.Tensor1D>(tf.mul(overlap, 2), tf.add(squares, 2 * SMOOTHING)));
  });
}
