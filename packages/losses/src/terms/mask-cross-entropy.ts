import { maskCrossEntropy } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { expectDivisor } from './checked-inputs.ts';

/**
 * {@link maskCrossEntropy} summed over masks and divided by `normalizer`. Cheng et al. 2021, section 3.3.
 *
 * @param logits [M, P]
 * @param targets [M, P] in [0, 1]
 */
export function maskCrossEntropyLoss(logits: tf.Tensor2D, targets: tf.Tensor2D, normalizer: number): tf.Scalar {
  expectDivisor('maskCrossEntropyLoss', 'normalizer', normalizer);
  return tf.tidy(() => tf.div(tf.sum(maskCrossEntropy(logits, targets)), normalizer));
}
