import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = { x: tf.Tensor; gain: tf.Tensor; mean: tf.Tensor; variance: tf.Tensor; bias: tf.Tensor };
export type GradientInputs = Omit<Inputs, 'bias'> & { dy: tf.Tensor };
export type Attrs = { epsilon: number };
