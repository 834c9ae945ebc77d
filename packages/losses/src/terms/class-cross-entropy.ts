import * as tf from '@tensorflow/tfjs-core';

/**
 * Cross entropy over K classes and no-object as class K, which weighs less: Σ w·nll / Σ w. Carion et al. 2020,
 * section 3.1; the weighted mean is PyTorch's.
 *
 * @param logits [M, K + 1]
 * @param labels [M] int32 in 0..K
 * @param noObjectWeight Weight of class K; all others weigh 1
 */
export function classCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, noObjectWeight: number): tf.Scalar {
  return tf.tidy(() => {
    const numClasses = logits.shape[1];
    const oneHot = tf.cast(tf.oneHot(labels, numClasses), 'float32'); // [M, K + 1]
    const weights = tf.tensor1d(
      Array.from({ length: numClasses }, (_, k) => (k === numClasses - 1 ? noObjectWeight : 1)),
    );
    const weighted = tf.mul(oneHot, weights);
    return tf.div(tf.neg(tf.sum(tf.mul(weighted, tf.logSoftmax(logits)))), tf.sum(weighted));
  });
}
