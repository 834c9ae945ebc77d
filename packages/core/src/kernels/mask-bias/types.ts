import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [B, N, L] logits without their constants */
  products: tf.Tensor;
  /** [B, N, E] */
  queries: tf.Tensor;
  /** [E]; a query's constant is its product with this; left out where there is none */
  constants?: tf.Tensor;
};

/** Options of `maskBias`. */
export type Attrs = {
  /** Bias outside of a mask, a large negative number. */
  outside: number;
};
