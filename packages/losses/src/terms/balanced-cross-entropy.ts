import * as tf from '@tensorflow/tfjs-core';

/**
 * Binary cross entropy with logits, element by element, in which pixels inside the mask weigh more:
 * w·t·softplus(−x) + (1 − t)·softplus(x).
 *
 * @param logits Any shape
 * @param targets The same shape, zeros and ones
 * @param positiveWeight w
 * @returns The same shape
 */
export function balancedCrossEntropy<T extends tf.Tensor>(logits: T, targets: T, positiveWeight: number): T {
  return tf.tidy(() => {
    const inside = tf.mul(tf.mul(targets, positiveWeight), tf.softplus(tf.neg(logits)));
    const outside = tf.mul(tf.sub(1, targets), tf.softplus(logits));
    return tf.add<T>(inside, outside);
  });
}
