import type * as tf from '@tensorflow/tfjs-core';

/** Rows of a batch, and what its columns are normalized by. */
type Normalized = {
  /** [M, C] */
  x: tf.Tensor;
  /** [C] */
  mean: tf.Tensor;
  /** [C] */
  variance: tf.Tensor;
};

export type MomentsInputs = { x: tf.Tensor };
export type MomentsAttrs = Record<never, never>;

export type Inputs = Normalized & { gain: tf.Tensor; bias: tf.Tensor };
export type Attrs = { epsilon: number };

export type SumsInputs = Normalized & { dy: tf.Tensor };

export type GradientInputs = SumsInputs & {
  gain: tf.Tensor;
  /** [C] sums of dy · n over all rows, n the normalized input */
  alongSum: tf.Tensor;
  /** [C] sums of dy over all rows */
  dySum: tf.Tensor;
};
