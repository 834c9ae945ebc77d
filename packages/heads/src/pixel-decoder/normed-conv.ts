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

/** Runs both and a relu, in steps. @param x [B, H, W, in] @returns [B, H, W, out] */
export function normedConvSteps(layer: NormedConv, x: tf.Tensor4D): Steps<tf.Tensor4D> {
  return tidySteps(normed(layer, x));
}

/**
 * Runs both and adds a coarser map that is brought to their size: a step of a pyramid.
 *
 * @param at Place whose observer sees what is added to
 * @param x [B, H, W, in]
 * @param coarser [B, h, w, out]
 * @returns [B, H, W, out]
 */
export function pyramidSumSteps(
  layer: NormedConv,
  at: Scope,
  x: tf.Tensor4D,
  coarser: tf.Tensor4D,
  resize: 'bilinear' | 'nearest',
): Steps<tf.Tensor4D> {
  return tidySteps(summed(layer, at, x, { coarser, resize }));
}

function* normed({ conv, norm }: NormedConv, x: tf.Tensor4D): Steps<tf.Tensor4D> {
  const convolved = yield* conv.forwardSteps(x);
  yield;
  return norm.forward(convolved, 'relu');
}

function* summed(
  { conv, norm }: NormedConv,
  at: Scope,
  x: tf.Tensor4D,
  { coarser, resize }: { coarser: tf.Tensor4D; resize: 'bilinear' | 'nearest' },
): Steps<tf.Tensor4D> {
  const convolved = yield* conv.forwardSteps(x);
  yield;
  if (at.store.observer !== null) at.tap(norm.forward(convolved));
  return yield* norm.forwardSumSteps(convolved, coarser, resize);
}
