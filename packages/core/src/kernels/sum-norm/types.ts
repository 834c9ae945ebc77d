import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [..., C] */
  x: tf.Tensor;
  /** The same shape */
  branch: tf.Tensor;
  /** [C] */
  gain: tf.Tensor;
  /** [C] */
  bias: tf.Tensor;
  /** [C]: a second result is the layer norm of the first by these */
  nextGain?: tf.Tensor;
  /** [C] */
  nextBias?: tf.Tensor;
};
export type Attrs = { epsilon: number; nextEpsilon?: number };
