import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [..., C] */
  x: tf.Tensor;
  /** The same shape */
  branch: tf.Tensor;
  /** [C] */
  gain: tf.Tensor;
  /** [C] */
  bias: tf.Tensor;
};
export type Attrs = { epsilon: number };
