import * as tf from '@tensorflow/tfjs-core';

import { partsInSteps } from '../../parts-in-steps.ts';
import { type Steps, tidySteps } from '../../steps.ts';

/** Floating point operations of products in the time of one of these, which no tile shares. */
const PLAIN = 5;

/**
 * A depthwise convolution that keeps the map's size, in steps and to the same bytes: where it is large, one band of rows after the
 * other.
 *
 * @param x [B, H, W, C]
 * @param filter [K, K, C, 1], K odd
 * @returns [B, H, W, C]
 */
export function depthwiseSteps(x: tf.Tensor4D, filter: tf.Tensor4D): Steps<tf.Tensor4D> {
  return tidySteps(inBands(x, filter));
}

function* inBands(x: tf.Tensor4D, filter: tf.Tensor4D): Steps<tf.Tensor4D> {
  const [batch, length, width] = x.shape;
  const rows = { length, operations: PLAIN * 2 * batch * width * filter.size, multiple: 1 };
  const bands = yield* partsInSteps(rows, (top, size) =>
    size === length ? tf.depthwiseConv2d(x, filter, 1, 'same') : band(x, filter, [top, top + size]),
  );
  return bands.length === 1 ? bands[0] : tf.concat(bands, 1);
}

/** Rows `from` to `to` of the result, from the rows of x that they see and zeros around the map. */
function band(x: tf.Tensor4D, filter: tf.Tensor4D, [from, to]: [number, number]): tf.Tensor4D {
  const reach = (filter.shape[0] - 1) / 2;
  const [start, end] = [Math.max(0, from - reach), Math.min(x.shape[1], to + reach)];
  const seen = tf.slice(x, [0, start, 0, 0], [-1, end - start, -1, -1]);
  const rows: [number, number] = [start - from + reach, to + reach - end];
  const padded = tf.pad(seen, [[0, 0], rows, [reach, reach], [0, 0]]);
  return tf.depthwiseConv2d(padded, filter, 1, 'valid');
}
