import type * as tf from '@tensorflow/tfjs-core';

/** Queries and targets of an image whose costs for each other are wanted. */
export type PairCostInputs = {
  /** [N, P] mask logits of the queries at P points */
  logits: tf.Tensor;
  /** [T, P] masks of the targets there, in [0, 1] */
  targets: tf.Tensor;
  /** [N, K + 1] class logits */
  scores: tf.Tensor;
  /** [T] int32 in 0..K−1 */
  labels: tf.Tensor;
};

/** Weights of the three costs: cross entropy and Dice of the masks, probability of the class. */
export type PairCostWeights = { mask: number; dice: number; class: number };
