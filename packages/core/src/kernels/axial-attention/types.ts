import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [B, H, W, 2K + V] queries, keys and values of all heads */
  packed: tf.Tensor4D;
  /** [2R + 1, d] by distance from a query to a key, of queries and of keys */
  queryTable: tf.Tensor;
  keyTable: tf.Tensor;
  /** [2R + 1, v] */
  valueTable: tf.Tensor;
  /** [3, h]: weights of q·k, of q·r and of k·r */
  similarityScale: tf.Tensor;
  /** [2, h, v]: weights of the values and of their positions */
  retrievedScale: tf.Tensor;
  /** [h, v], added in the end */
  shift: tf.Tensor;
};
export type Attrs = {
  numHeads: number;
  /** Channels of all heads' queries, as many as of keys. */
  keyDim: number;
  /** Axis along which pixels look at each other: 1, columns, or 2, rows. */
  axis: 1 | 2;
};
