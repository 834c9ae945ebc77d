import * as tf from '@tensorflow/tfjs-core';

import { checkedPair, expectDivisor } from './checked-inputs.ts';
import { finiteLogits, infiniteLosses } from './infinite-logits.ts';

/**
 * Binary cross entropy with logits, element by element, in which pixels inside the mask weigh more:
 * w·t·softplus(−x) + (1 − t)·softplus(x).
 *
 * @param logits Any shape
 * @param targets The same shape, zeros and ones
 * @param positiveWeight w, above 0
 * @returns The same shape
 */
export function balancedCrossEntropy<T extends tf.Tensor>(logits: T, targets: T, positiveWeight: number): T {
  expectDivisor('balancedCrossEntropy', 'positiveWeight', positiveWeight);
  return tf.tidy(() => {
    const [given, t] = checkedPair('balancedCrossEntropy', logits, targets);
    const x = finiteLogits(given);
    const inside = tf.mul(tf.mul(t, positiveWeight), tf.softplus(tf.neg(x)));
    const outside = tf.mul(tf.sub(1, t), tf.softplus(x));
    return infiniteLosses(tf.add<T>(inside, outside));
  });
}
