import { Conv2d, GroupNorm, init, type Scope, type Steps, tidySteps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

/** A convolution without bias and the group norm behind it, under the keys 0 and 1. */
export type NormedConv = { conv: Conv2d; norm: GroupNorm };

/** Declares a convolution that keeps the map's size, and its norm. */
export function normedConv(scope: Scope, sizes: { inDim: number; outDim: number; kernel: number }): NormedConv {
  const padding = (sizes.kernel - 1) / 2;
  return {
    conv: new Conv2d(scope.at(0), { ...sizes, padding, bias: false, init: init.fanInUniform }),
    norm: new GroupNorm(scope.at(1), { dim: sizes.outDim }),
  };
}

/** Runs both, in steps. @param x [B, H, W, in] @returns [B, H, W, out] */
export function normedConvSteps({ conv, norm }: NormedConv, x: tf.Tensor4D): Steps<tf.Tensor4D> {
  return tidySteps(convolved({ conv, norm }, x));
}

function* convolved({ conv, norm }: NormedConv, x: tf.Tensor4D): Steps<tf.Tensor4D> {
  return norm.forward(yield* conv.forwardSteps(x));
}
