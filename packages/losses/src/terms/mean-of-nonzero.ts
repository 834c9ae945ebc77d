import * as tf from '@tensorflow/tfjs-core';

/** Sum divided by the number of entries that are not 0; 0 where all are. The reduction of deeplab2's losses. */
export function meanOfNonzero(losses: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const count = tf.sum(tf.cast(tf.notEqual(losses, 0), 'float32'));
    return tf.div(tf.sum(losses), tf.maximum(count, 1));
  });
}
