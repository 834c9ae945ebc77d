import * as tf from '@tensorflow/tfjs-core';

/** Layout of a parameter in the reference checkpoint, with the way there and back. */
export type StoredLayout = {
  /** Stored shape of a parameter that we hold in `shape`. */
  toStored(shape: readonly number[]): number[];
  fromStored(stored: tf.Tensor): tf.Tensor;
  intoStored(held: tf.Tensor): tf.Tensor;
};

/** A layout that differs by a permutation of axes: held axis i is stored axis `permutation[i]`. */
export function permuted(permutation: readonly number[]): StoredLayout {
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return {
    toStored: (shape) => inverse.map((axis) => shape[axis]),
    fromStored: (stored) => tf.transpose(stored, [...permutation]),
    intoStored: (held) => tf.transpose(held, inverse),
  };
}

/** PyTorch convolution kernels, stored [out, in, height, width], held [height, width, in, out]. */
export const OIHW: StoredLayout = permuted([2, 3, 1, 0]);

/** PyTorch linear weights, stored [out, in], held [in, out] so that the product needs no transposition. */
export const OUT_IN: StoredLayout = permuted([1, 0]);
