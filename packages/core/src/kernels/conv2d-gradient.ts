import * as tf from '@tensorflow/tfjs-core';

import type { ConvolutionShape } from './conv2d.ts';

type Shape4D = [number, number, number, number];

/**
 * The gradient of a convolution in its input: the output's gradient, spread out by the strides, convolved with the
 * filter turned by 180° and its channels exchanged.
 *
 * @param dy [B, h, w, out]
 * @param filter [height, width, in, out]
 * @param inputShape [B, H, W, in]
 */
export function inputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  { strides, padding, dilation }: ConvolutionShape,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [, height, width] = inputShape;
    const spread = spreadOut(dy, strides);
    const [reachY, reachX] = [(filter.shape[0] - 1) * dilation, (filter.shape[1] - 1) * dilation];
    const [top, left] = [reachY - padding[0][0], reachX - padding[1][0]];
    const bottom = height + reachY - spread.shape[1] - top;
    const right = width + reachX - spread.shape[2] - left;
    const framed = padOrCrop(spread, [top, bottom], [left, right]);
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    return tf.conv2d(framed, turned as tf.Tensor4D, 1, 'valid', 'NHWC', dilation);
  });
}

/**
 * The gradient of a convolution in its filter: for each tap, the product of the pixels it saw with the output's
 * gradient.
 *
 * @param dy [B, h, w, out]
 * @param x [B, H, W, in]
 * @param filterShape [height, width, in, out]
 */
export function filterGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  filterShape: Shape4D,
  { strides, padding, dilation }: ConvolutionShape,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [filterHeight, filterWidth, inputs, outputs] = filterShape;
    const padded = padOrCrop(x, padding[0], padding[1]);
    const upstream = tf.reshape(dy, [-1, outputs]) as tf.Tensor2D;
    const taps: tf.Tensor2D[] = [];
    for (let row = 0; row < filterHeight; row++) {
      for (let column = 0; column < filterWidth; column++) {
        const seen = pixelsUnderTap(padded, [row * dilation, column * dilation], dy.shape, strides);
        taps.push(tf.matMul(tf.reshape(seen, [-1, inputs]) as tf.Tensor2D, upstream, true, false));
      }
    }
    return tf.reshape(tf.stack(taps), filterShape);
  });
}

/** [B, h, w, in]: the pixel that one tap sees from each output position. */
export function pixelsUnderTap(
  padded: tf.Tensor4D,
  [row, column]: [number, number],
  [batch, height, width]: number[],
  [vertical, horizontal]: [number, number],
): tf.Tensor4D {
  const channels = padded.shape[3];
  const begin: Shape4D = [0, row, column, 0];
  if (vertical === 1 && horizontal === 1) return tf.slice(padded, begin, [batch, height, width, channels]);
  const end = [batch, row + (height - 1) * vertical + 1, column + (width - 1) * horizontal + 1, channels];
  return tf.stridedSlice(padded, begin, end, [1, vertical, horizontal, 1]) as tf.Tensor4D;
}

/** Puts stride − 1 zeros between neighboring rows and columns. */
export function spreadOut(x: tf.Tensor4D, [vertical, horizontal]: [number, number]): tf.Tensor4D {
  if (vertical === 1 && horizontal === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const rows = tf.pad(tf.reshape(x, [batch * height, 1, width, channels]), [
    [0, 0],
    [0, vertical - 1],
    [0, 0],
    [0, 0],
  ]);
  const pixels = tf.reshape(rows, [batch * height * vertical, width, 1, channels]);
  const spread = tf.pad(pixels, [
    [0, 0],
    [0, 0],
    [0, horizontal - 1],
    [0, 0],
  ]);
  const whole = tf.reshape(spread, [batch, height * vertical, width * horizontal, channels]) as tf.Tensor4D;
  const size: Shape4D = [batch, (height - 1) * vertical + 1, (width - 1) * horizontal + 1, channels];
  return tf.slice(whole, [0, 0, 0, 0], size);
}

/** Zeros on each side of an image; a negative number takes rows or columns away. */
export function padOrCrop(x: tf.Tensor4D, [top, bottom]: number[], [left, right]: number[]): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [cropTop, cropLeft] = [Math.max(0, -top), Math.max(0, -left)];
  const keptHeight = height - cropTop - Math.max(0, -bottom);
  const keptWidth = width - cropLeft - Math.max(0, -right);
  const cropped =
    keptHeight === height && keptWidth === width
      ? x
      : tf.slice(x, [0, cropTop, cropLeft, 0], [batch, keptHeight, keptWidth, channels]);
  const sides = [top, bottom, left, right].map((side) => Math.max(0, side));
  if (sides.every((side) => side === 0)) return cropped;
  return tf.pad(cropped, [
    [0, 0],
    [sides[0], sides[1]],
    [sides[2], sides[3]],
    [0, 0],
  ]);
}
