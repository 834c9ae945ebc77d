import * as tf from '@tensorflow/tfjs-core';

import { rowsPerStep } from '../../rows-per-step.ts';
import { type Steps, tidySteps } from '../../steps.ts';
import { paddingOf, pairOf } from '../map-layout.ts';
import { conv2d } from './conv2d.ts';
import type { Conv2DOptions } from './types.ts';

/** Rows of a band are a multiple of it, so that Winograd's tiles of 2 × 2 lie as in the whole. */
const ROWS = 2;

/**
 * {@link conv2d} in steps, to the same bytes: where it is large, one band of rows of the result after the other. On
 * WebAssembly in inference; elsewhere, and where a gradient may be asked for, in one.
 *
 * @param x [B, H, W, in]
 * @param filter [height, width, in / groups, out]
 * @returns [B, H', W', out]
 */
export function* conv2dSteps(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions = {}): Steps<tf.Tensor4D> {
  const [height, rows] = bandsOf(x, filter, options);
  if (rows >= height) return conv2d(x, filter, options);
  return yield* tidySteps(inBands(x, filter, options, { height, rows }));
}

function* inBands(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: Conv2DOptions,
  { height, rows }: { height: number; rows: number },
): Steps<tf.Tensor4D> {
  const bands: tf.Tensor4D[] = [];
  for (let top = 0; top < height; top += rows) {
    if (top > 0) yield;
    bands.push(tf.tidy(() => band(x, filter, options, [top, Math.min(top + rows, height)])));
  }
  return tf.concat(bands, 1);
}

/** Rows `from` to `to` of the result, from the rows of x that they see. */
function band(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions, [from, to]: [number, number]): tf.Tensor4D {
  const { strides = 1, padding = 0, dilation = 1 } = options;
  const [[above], sides] = paddingOf(padding);
  const [stride] = pairOf(strides);
  const first = from * stride - above;
  const end = (to - 1) * stride - above + (filter.shape[0] - 1) * dilation + 1;
  const [start, stop] = [Math.max(0, first), Math.min(x.shape[1], end)];
  const seen = tf.slice(x, [0, start, 0, 0], [-1, stop - start, -1, -1]);
  const added = options.added && tf.slice(options.added, [0, from, 0, 0], [-1, to - from, -1, -1]);
  return conv2d(seen, filter, { ...options, added, padding: [[start - first, end - stop], sides] });
}

/** Rows of the result, and of a band. */
function bandsOf(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions): [height: number, rows: number] {
  const { strides = 1, padding = 0, dilation = 1 } = options;
  const [vertical, horizontal] = pairOf(strides);
  const [[above, below], [left, right]] = paddingOf(padding);
  const [tall, wide, inDim, outDim] = filter.shape;
  const height = Math.floor((x.shape[1] + above + below - (tall - 1) * dilation - 1) / vertical) + 1;
  const width = Math.floor((x.shape[2] + left + right - (wide - 1) * dilation - 1) / horizontal) + 1;
  const operations = 2 * x.shape[0] * width * tall * wide * inDim * outDim;
  return [height, rowsPerStep(operations, ROWS)];
}
