import type * as tf from '@tensorflow/tfjs-core';

/** Options of `groupNorm`: the number of groups of channels, and what keeps the variance from zero. */
export type GroupNormOptions = { groups: number; epsilon: number };

export type Inputs = { x: tf.Tensor4D; gain: tf.Tensor; bias?: tf.Tensor };
export type GradientInputs = { dy: tf.Tensor; x: tf.Tensor4D; gain: tf.Tensor };
export type Attrs = GroupNormOptions;
