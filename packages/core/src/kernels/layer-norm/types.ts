import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = { x: tf.Tensor; gain: tf.Tensor; bias?: tf.Tensor };
export type GradientInputs = { dy: tf.Tensor; x: tf.Tensor; gain: tf.Tensor };
export type Attrs = { epsilon: number };
