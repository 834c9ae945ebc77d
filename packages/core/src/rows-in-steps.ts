import * as tf from '@tensorflow/tfjs-core';

import { partsInSteps } from './parts-in-steps.ts';
import { type Steps, tidySteps } from './steps.ts';

/** Rows of a step are a multiple of it, as the tiles of products are. */
const ROWS = 64;

/**
 * A computation in which each row of channels comes from the same row of its input alone, in steps and to the same bytes: where it
 * is large, some rows after the others; see {@link partsInSteps}.
 *
 * @param x [B, …, C]
 * @param operations Floating point operations of a row
 * @param compute Maps [B, …, C], or some of the rows, [B, rows, C], to as many rows of D
 * @returns [B, …, D]
 */
export function rowsInSteps<T extends tf.Tensor>(
  x: T,
  operations: number,
  compute: (x: tf.Tensor) => tf.Tensor,
): Steps<T> {
  return tidySteps(inParts(x, operations, compute));
}

function* inParts<T extends tf.Tensor>(x: T, operations: number, compute: (x: tf.Tensor) => tf.Tensor): Steps<T> {
  const [batch, ...rest] = x.shape;
  const [sides, dim] = [rest.slice(0, -1), rest.at(-1)!];
  const length = sides.reduce((product, side) => product * side, 1);
  const rows = { length, operations: batch * operations, multiple: ROWS };
  const parts = yield* partsInSteps(rows, (start, size) =>
    compute(size === length ? x : tf.slice(tf.reshape(x, [batch, length, dim]), [0, start, 0], [-1, size, -1])),
  );
  if (parts.length === 1) return parts[0] as T;
  return tf.reshape(tf.concat(parts, 1), [batch, ...sides, parts[0].shape[2]!]) as T;
}
