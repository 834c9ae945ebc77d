import { diceDistance } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { expectDivisor } from './checked-inputs.ts';

/**
 * `diceLoss` by one kernel of the backend where it has one. That one stands alone, on tfjs only.
 *
 * @param logits [M, P] M matched masks, P sampled points or pixels
 * @param targets [M, P] in [0, 1]
 * @param normalizer Number of ground-truth masks in the whole batch, at least 1
 */
export function matchedDiceLoss(logits: tf.Tensor2D, targets: tf.Tensor2D, normalizer: number): tf.Scalar {
  expectDivisor('diceLoss', 'normalizer', normalizer);
  return tf.tidy(() => tf.div(tf.sum(diceDistance(logits, targets)), normalizer));
}
