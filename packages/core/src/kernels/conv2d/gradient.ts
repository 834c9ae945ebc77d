import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { padOrCrop, pixelsUnderTap, type Shape4D, spreadOut } from '../map-layout.ts';
import { turnedFilter } from './turned-filter.ts';
import type { ConvolutionShape, FilterGradientInputs, GradientAttrs, InputGradientInputs } from './types.ts';
import { filterGradientWasm } from './wasm-filter-gradient.ts';
import { inputGradientWasm } from './wasm-input-gradient.ts';

/**
 * The gradient of a convolution in its input.
 *
 * @param dy [B, h, w, out]
 * @param filter [height, width, in, out]
 * @param inputShape [B, H, W, in]
 */
export function inputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  convolution: ConvolutionShape,
): tf.Tensor4D {
  return inputGradientKernel({ dy, filter }, { ...convolution, shape: inputShape }) as tf.Tensor4D;
}

/**
 * The gradient of a convolution in its filter.
 *
 * @param dy [B, h, w, out]
 * @param x [B, H, W, in]
 * @param filterShape [height, width, in, out]
 */
export function filterGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  filterShape: Shape4D,
  convolution: ConvolutionShape,
): tf.Tensor4D {
  return filterGradientKernel({ dy, x }, { ...convolution, shape: filterShape }) as tf.Tensor4D;
}

/**
 * {@link inputGradient} in plain ops: the output's gradient, spread out by the strides, convolved with the filter
 * turned by 180° and its channels exchanged.
 */
export function inputGradientReference(
  { dy, filter }: InputGradientInputs,
  { strides, padding, dilation, shape }: GradientAttrs,
): tf.Tensor4D {
  const [, height, width] = shape;
  const turned = turnedFilter(filter);
  const isPixel = filter.shape[0] * filter.shape[1] === 1;
  const spread = spreadOut(isPixel ? tf.conv2d(dy, turned, 1, 'valid') : dy, strides);
  const [reachY, reachX] = [(filter.shape[0] - 1) * dilation, (filter.shape[1] - 1) * dilation];
  const [top, left] = [reachY - padding[0][0], reachX - padding[1][0]];
  const bottom = height + reachY - spread.shape[1] - top;
  const right = width + reachX - spread.shape[2] - left;
  const framed = padOrCrop(spread, [top, bottom], [left, right]);
  return isPixel ? framed : tf.conv2d(framed, turned, 1, 'valid', 'NHWC', dilation);
}

/** {@link filterGradient} in plain ops: for each tap, the product of the pixels it saw with the output's gradient. */
export function filterGradientReference(
  { dy, x }: FilterGradientInputs,
  { strides, padding, dilation, shape }: GradientAttrs,
): tf.Tensor4D {
  const [filterHeight, filterWidth, inputs, outputs] = shape;
  const padded = padOrCrop(x, padding[0], padding[1]);
  const upstream = tf.reshape(dy, [-1, outputs]) as tf.Tensor2D;
  const taps: tf.Tensor2D[] = [];
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const seen = pixelsUnderTap(padded, [row * dilation, column * dilation], dy.shape, strides);
      taps.push(tf.matMul(tf.reshape(seen, [-1, inputs]) as tf.Tensor2D, upstream, true, false));
    }
  }
  return tf.reshape(tf.stack(taps), shape);
}

const inputGradientKernel = defineKernel<InputGradientInputs, GradientAttrs>({
  name: 'SegConv2DInputGradient',
  reference: inputGradientReference,
  bodies: { wasm: inputGradientWasm },
  gradient: 'none',
});

const filterGradientKernel = defineKernel<FilterGradientInputs, GradientAttrs>({
  name: 'SegConv2DFilterGradient',
  reference: filterGradientReference,
  bodies: { wasm: filterGradientWasm },
  gradient: 'none',
});
