import type * as tf from '@tensorflow/tfjs-core';

/** Tensors by their place in the list. */
export type Inputs = Record<string, tf.Tensor>;
export type Attrs = Record<never, never>;
