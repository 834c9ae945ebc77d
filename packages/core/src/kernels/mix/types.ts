import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = { from: tf.Tensor; to: tf.Tensor };
export type Attrs = { part: number; scale: number };
