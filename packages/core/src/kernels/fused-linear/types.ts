import type * as tf from '@tensorflow/tfjs-core';

/** Function that a fused product ends in. */
export type FusedActivation = 'linear' | 'relu' | 'gelu';

export type Inputs = {
  /** [M, in] */
  x: tf.Tensor;
  /** [in, out] */
  weight: tf.Tensor;
  /** [out] */
  bias: tf.Tensor;
  /** [M, out], added before the function */
  residual?: tf.Tensor;
};
export type Attrs = { activation: FusedActivation };
