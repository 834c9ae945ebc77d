import * as tf from '@tensorflow/tfjs-core';

import { ShapeError } from '../../errors.ts';
import { defineKernel } from '../define-kernel.ts';
import { mayFuse } from '../may-fuse.ts';
import type { Attrs, Inputs } from './types.ts';

/**
 * (x + position) W + b in the first columns of W, and x W + b in the others: queries and keys that see where they are beside values
 * that do not, by one product.
 *
 * @param inputs x [B, L, in], position [L, in] or [B, L, in], weight [in, out], bias [out]
 * @param columns Columns that see the position. Default: all
 * @returns [B, L, out]
 * @throws ShapeError where the position is that of other tokens
 */
export function positionedLinear(
  { x, position, weight, bias }: Inputs & { x: tf.Tensor3D },
  columns: number = weight.shape[1]!,
): tf.Tensor3D {
  const [batch, length, dim] = x.shape;
  const places = position.shape.slice(-3).join();
  if (![[length, dim], [1, length, dim], x.shape].some((shape) => shape.join() === places)) {
    throw new ShapeError(
      `positionedLinear: expected a position of [${length}, ${dim}], got [${position.shape.join(', ')}]`,
    );
  }
  return tf.tidy(() => {
    const rows = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, dim]);
    const inputs = { x: rows(x), position: rows(position), weight, bias };
    const y = mayFuse() ? positionedLinearKernel(inputs, { columns }) : positionedLinearReference(inputs, { columns });
    return tf.reshape(y as tf.Tensor, [batch, length, weight.shape[1]!]);
  });
}

/** The meaning of {@link positionedLinear} on rows, in plain ops. */
export function positionedLinearReference({ x, position, weight, bias }: Inputs, { columns }: Attrs): tf.Tensor {
  const [terms, all] = weight.shape as [number, number];
  const placed = tf.reshape(tf.add(tf.reshape(x, [-1, ...position.shape]), position), x.shape);
  const part = (rows: tf.Tensor, from: number, size: number) =>
    tf.add(tf.matMul(rows, tf.slice(weight, [0, from], [terms, size])), tf.slice(bias, [from], [size]));
  const parts = [[placed, 0, columns] as const, [x, columns, all - columns] as const].filter(([, , size]) => size > 0);
  return tf.concat(
    parts.map(([rows, from, size]) => part(rows, from, size)),
    1,
  );
}

const positionedLinearKernel = defineKernel<Inputs, Attrs>({
  name: 'SegPositionedLinear',
  reference: positionedLinearReference,
  gradient: 'none',
});
