import type * as tf from '@tensorflow/tfjs-core';

/** Options of `attention`. */
export type AttentionOptions = {
  /** Factor of the logits. Default: 1/√d. */
  scale?: number;
};

export type Inputs = { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D; bias?: tf.Tensor };
/** `output` is what the attention gave. */
export type GradientInputs = Inputs & { dy: tf.Tensor; output: tf.Tensor };
export type Attrs = { scale: number };
