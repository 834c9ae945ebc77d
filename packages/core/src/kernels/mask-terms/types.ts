import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [M, P] */
  logits: tf.Tensor;
  /** [M, P] in [0, 1] */
  targets: tf.Tensor;
};
/** `dy` is [M]. */
export type GradientInputs = Inputs & { dy: tf.Tensor };
export type Attrs = Record<never, never>;
