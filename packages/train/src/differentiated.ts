import type * as tf from '@tensorflow/tfjs-core';

/** Loss of a batch, its terms, and its gradients in the order of the variables; null where the loss does not depend on one. */
export type Differentiated = {
  value: tf.Scalar;
  terms: Record<string, tf.Scalar>;
  gradients: (tf.Tensor | null)[];
};
