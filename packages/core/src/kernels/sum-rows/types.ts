import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = { x: tf.Tensor };
export type Attrs = { channels: number };
