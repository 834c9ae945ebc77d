import type * as tf from '@tensorflow/tfjs-core';

/** Function that follows a product or convolution in the same step. */
export type Activation = 'linear' | 'relu';

export type Inputs = { x: tf.Tensor; weight: tf.Tensor; bias?: tf.Tensor };
export type Attrs = { activation: Activation };
