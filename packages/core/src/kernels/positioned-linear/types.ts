import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [M, in] */
  x: tf.Tensor;
  /** [N, in], added to the rows in turn: M is a multiple of N */
  position: tf.Tensor;
  /** [in, out] */
  weight: tf.Tensor;
  /** [out] */
  bias: tf.Tensor;
};
/** `columns` is the number of columns of the result that see the position, the first of them. */
export type Attrs = { columns: number };
