import type * as tf from '@tensorflow/tfjs-core';

/** Function that follows a product or convolution in the same step. */
export type Activation = 'linear' | 'relu';

export type Inputs = { x: tf.Tensor; weight: tf.Tensor; bias?: tf.Tensor };
export type Attrs = { activation: Activation };

/** `y` only behind a relu. `of` are the inputs whose gradients are wanted, in the order of the results. */
export type GradientAttrs = Attrs & { of: readonly ('x' | 'weight' | 'bias')[] };
export type GradientInputs = { dy: tf.Tensor; x: tf.Tensor; weight: tf.Tensor; y?: tf.Tensor };
