import type * as tf from '@tensorflow/tfjs-core';

/** Options of `attention`. */
export type AttentionOptions = {
  /** Factor of the logits. Default: 1/√d. */
  scale?: number;
};

export type Inputs = { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D; bias?: tf.Tensor };
/** `output` is what the attention gave; WebGPU alone reads it. */
export type GradientInputs = Inputs & { dy: tf.Tensor; output?: tf.Tensor };
export type Attrs = { scale: number };

export type PartInputs = {
  /** [B, N, k·C] */
  query: tf.Tensor3D;
  /** [B, L, k·C] */
  key: tf.Tensor3D;
  /** [B, L, k·C] */
  value: tf.Tensor3D;
  bias?: tf.Tensor;
  /** [W, N, L] beside a bias, added too, for the batches in turn: those of windows */
  regions?: tf.Tensor;
  /** [B, N, L] logits of each query's mask without their constants, in a bias's place: it looks inside the mask alone */
  maskProducts?: tf.Tensor;
  /** [B, N, E] */
  maskQueries?: tf.Tensor;
  /** [E]: the constant of a query's mask is its product with this; left out where there is none */
  maskConstants?: tf.Tensor;
};
export type PartAttrs = {
  numHeads: number;
  /** C, channels of all heads together. */
  dim: number;
  /** Place of query, key and value in their tokens, counted in C channels. */
  parts: readonly [query: number, key: number, value: number];
  scale: number;
};
