import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [B, N] */
  x: tf.Tensor2D;
};
/** `k` is at most N. */
export type Attrs = { k: number };
