import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  parameter: tf.Tensor;
  gradient: tf.Tensor;
  momentum: tf.Tensor;
  /** Scalar: norm of all gradients together. */
  norm: tf.Tensor;
};

/** Constants of one step of a parameter; see `momentumStep`. */
export type MomentumStep = {
  /** Share of the momentum that is kept. */
  mu: number;
  /** Share of the parameter that is added to its gradient. */
  decay: number;
  rate: number;
  /** Largest norm of all gradients together. Infinity: none is too large. */
  clipNorm: number;
};
export type Attrs = MomentumStep;
