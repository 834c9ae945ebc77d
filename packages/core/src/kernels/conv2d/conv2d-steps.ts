import * as tf from '@tensorflow/tfjs-core';

import { partsInSteps } from '../../parts-in-steps.ts';
import { type Steps, tidySteps } from '../../steps.ts';
import { paddingOf, pairOf } from '../map-layout.ts';
import { conv2d } from './conv2d.ts';
import type { Conv2DOptions } from './types.ts';

/** Rows of a band are a multiple of it, so that Winograd's tiles of 2 × 2 lie as in the whole. */
const ROWS = 2;

/** Floating point operations in the time that a number takes from memory or to it. */
const MOVED = 32;

/**
 * {@link conv2d} in steps, to the same bytes: where it is large, one band of rows of the result after the other,
 * apart from what is before and behind. On WebAssembly in inference; elsewhere, and where a gradient may be asked for, in one.
 *
 * @param x [B, H, W, in]
 * @param filter [height, width, in / groups, out]
 * @returns [B, H', W', out]
 */
export function conv2dSteps(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions = {}): Steps<tf.Tensor4D> {
  return tidySteps(inBands(x, filter, options));
}

function* inBands(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions): Steps<tf.Tensor4D> {
  const rows = rowsOf(x, filter, options);
  const bands = yield* partsInSteps(rows, (top, size) =>
    size === rows.length ? conv2d(x, filter, options) : band(x, filter, options, [top, top + size]),
  );
  return bands.length === 1 ? bands[0] : tf.concat(bands, 1);
}

/** Rows `from` to `to` of the result: negative padding is rows of x that they do not see. */
function band(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions, [from, to]: [number, number]): tf.Tensor4D {
  const { strides = 1, padding = 0, dilation = 1 } = options;
  const [[above], sides] = paddingOf(padding);
  const [stride] = pairOf(strides);
  const first = from * stride - above;
  const end = (to - 1) * stride - above + (filter.shape[0] - 1) * dilation + 1;
  const added = options.added && tf.slice(options.added, [0, from, 0, 0], [-1, to - from, -1, -1]);
  return conv2d(x, filter, { ...options, added, padding: [[-first, end - x.shape[1]], sides] });
}

/** Rows of the result, and operations of one. */
function rowsOf(x: tf.Tensor4D, filter: tf.Tensor4D, options: Conv2DOptions) {
  const { strides = 1, padding = 0, dilation = 1, added } = options;
  const [vertical, horizontal] = pairOf(strides);
  const [[above, below], [left, right]] = paddingOf(padding);
  const [tall, wide, inDim, outDim] = filter.shape;
  const length = Math.floor((x.shape[1] + above + below - (tall - 1) * dilation - 1) / vertical) + 1;
  const width = Math.floor((x.shape[2] + left + right - (wide - 1) * dilation - 1) / horizontal) + 1;
  const products = tall * wide * inDim * outDim;
  const moved = tall * wide * inDim + (added === undefined ? 1 : 2) * outDim;
  return { length, operations: x.shape[0] * width * (2 * products + MOVED * moved), multiple: tall === 1 ? 1 : ROWS };
}
