import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [M, in] */
  x: tf.Tensor;
  /** [in, C] */
  weight: tf.Tensor;
  /** [M, C], added to the product */
  residual: tf.Tensor;
  /** [3, C] bias of the product, gain and bias of the norm */
  vectors: tf.Tensor;
  /** [2, C] gain and bias of another norm: a second result is that of the first */
  nextVectors?: tf.Tensor;
};
export type Attrs = { epsilon: number; nextEpsilon?: number };
