import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [M, K + 1] */
  logits: tf.Tensor;
  /** [M] int32 in 0..K */
  labels: tf.Tensor;
};
export type GradientInputs = Inputs & { dy: tf.Tensor };
/** Weight of class K; all others weigh 1. */
export type Attrs = { noObjectWeight: number };
