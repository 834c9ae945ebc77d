import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = { x: tf.Tensor };
export type GradientInputs = { dy: tf.Tensor; x: tf.Tensor };
export type Attrs = Record<string, never>;
