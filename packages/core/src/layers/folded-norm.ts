import * as tf from '@tensorflow/tfjs-core';

import { asStored } from '../kernels/as-stored/as-stored.ts';
import { scalesInPlace } from '../kernels/conv2d/conv2d.ts';
import type { Scope } from '../params/param-store.ts';

/** Filter, and the options of `conv2d` that make it the convolution with its norm. */
export type FoldedNorm = { filter: tf.Tensor4D; scale?: tf.Tensor1D; bias: tf.Tensor1D };

/**
 * Joins a convolution and the norm behind it for inference: y = x ∗ (filter · scale) + shift. The products are kept with the scope,
 * but where convolutions take in the factors by themselves only those are: filters are most of a model's bytes.
 *
 * @param affine The norm as a factor and a shift of each channel
 */
export function foldNorm(
  scope: Scope,
  filter: tf.Tensor4D,
  affine: () => { scale: tf.Tensor1D; shift: tf.Tensor1D },
): FoldedNorm {
  if (scalesInPlace()) {
    const [scale, bias] = scope.derive('affine', () => {
      const { scale, shift } = affine();
      return [scale, shift];
    });
    return { filter, scale: scale as tf.Tensor1D, bias: bias as tf.Tensor1D };
  }
  const [folded, bias] = scope.derive('folded', () => {
    const { scale, shift } = affine();
    return [asStored(tf.mul(filter, scale)), shift];
  });
  return { filter: folded as tf.Tensor4D, bias: bias as tf.Tensor1D };
}
