import * as tf from '@tensorflow/tfjs-core';

import { rowsPerStep } from './rows-per-step.ts';
import { type Steps, tidySteps } from './steps.ts';

/** Rows of a step are a multiple of it, as the tiles of products are. */
const ROWS = 64;

/**
 * A computation in which each row of channels comes from the same row of its input alone, in steps and to the same bytes: where it
 * is large, some rows after the others; see {@link rowsPerStep}.
 *
 * @param x [B, …, C]
 * @param operations Floating point operations of a row
 * @param compute Maps [B, …, C], or some of the rows, [B, rows, C], to as many rows of D
 * @returns [B, …, D]
 */
export function* rowsInSteps<T extends tf.Tensor>(
  x: T,
  operations: number,
  compute: (x: tf.Tensor) => tf.Tensor,
): Steps<T> {
  const [batch, ...rest] = x.shape;
  const [sides, dim] = [rest.slice(0, -1), rest.at(-1)!];
  const length = sides.reduce((product, side) => product * side, 1);
  const rows = rowsPerStep(batch * operations, ROWS);
  if (rows >= length) return compute(x) as T;
  return yield* tidySteps(inParts());

  function* inParts(): Steps<T> {
    const flat = tf.reshape(x, [batch, length, dim]);
    const parts: tf.Tensor[] = [];
    for (let start = 0; start < length; start += rows) {
      if (start > 0) yield;
      const size = Math.min(rows, length - start);
      parts.push(tf.tidy(() => compute(tf.slice(flat, [0, start, 0], [-1, size, -1]))));
    }
    return tf.reshape(tf.concat(parts, 1), [batch, ...sides, parts[0].shape[2]!]) as T;
  }
}
