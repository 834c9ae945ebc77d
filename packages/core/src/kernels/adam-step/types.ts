import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  parameter: tf.Tensor;
  gradient: tf.Tensor;
  first: tf.Tensor;
  second: tf.Tensor;
  /** Scalar: norm of all gradients together. */
  norm: tf.Tensor;
};

/** Constants of one step of a parameter; see `adamStep`. */
export type AdamStep = {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Largest norm of all gradients together. Infinity: none is too large. */
  clipNorm: number;
  /** Share of the parameter that is taken away. */
  decay: number;
  /** Factor of the first moment, bias correction and all. */
  rate: number;
  /** Factor of the second moment's root; null leaves the second moment out. */
  rootScale: number | null;
};
export type Attrs = AdamStep & {
  /** Results may take the memory of the moments, which nobody reads again: where true, they are to be replaced at once. */
  spendsMoments: boolean;
};
