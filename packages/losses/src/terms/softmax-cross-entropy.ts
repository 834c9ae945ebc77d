import { detach } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Cross entropy −Σ labels · log p whose gradient is p − labels even where the labels of a row do not sum to one: that of
 * TensorFlow's fused op, which released MaX-DeepLabs were trained with. Rows without a label, pixels of crowds, have the
 * value 0 and the gradient p.
 *
 * @param labels Σ over classes of labels · logits, and Σ of labels, [M] each
 * @param logSums log Σ exp of every row's logits: [M]
 * @returns [M]
 */
export function softmaxCrossEntropy(
  labels: { product: tf.Tensor1D; sum: tf.Tensor1D },
  logSums: tf.Tensor1D,
): tf.Tensor1D {
  return tf.tidy(() => {
    const constant = tf.mul(tf.sub(labels.sum, 1), detach(logSums));
    return tf.sub(tf.add(logSums, constant), labels.product);
  });
}
