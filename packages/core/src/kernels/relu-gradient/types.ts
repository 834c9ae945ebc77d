import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = { dy: tf.Tensor; y: tf.Tensor };
export type Attrs = Record<string, never>;
