import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import type { ResizeTable } from './interpolation.ts';
import type { GradientAttrs, GradientInputs } from './types.ts';
import { resizeGradientWasm } from './wasm.ts';

/**
 * The gradient of a separable resize in its input. The resize is Y = R_h X R_wᵀ, so dX = R_hᵀ dY R_w, with the
 * matrices that the forward pass samples by.
 *
 * @param dy [B, h, w, C]
 * @returns [B, H, W, C]
 */
export function resizeGradient(dy: tf.Tensor4D, rows: ResizeTable, columns: ResizeTable): tf.Tensor4D {
  return resizeGradientKernel({ dy }, { rows, columns }) as tf.Tensor4D;
}

/** The meaning of {@link resizeGradient} in plain ops. */
export function resizeGradientReference({ dy }: GradientInputs, { rows, columns }: GradientAttrs): tf.Tensor4D {
  const [batch, height, width, channels] = dy.shape;
  const byRow = tf.reshape(dy, [batch, height, width * channels]);
  const matrix = tf.broadcastTo(tf.expandDims(rows.transposed(), 0), [batch, rows.from, rows.to]);
  const resizedRows = tf.matMul(matrix, byRow); // [B, H, w·C]
  const byColumn = tf.transpose(tf.reshape(resizedRows, [batch * rows.from, width, channels]), [0, 2, 1]);
  const lines = tf.reshape(byColumn, [-1, width]); // [B·H·C, w]
  const resized = tf.matMul(lines, tf.transpose(columns.transposed())); // [B·H·C, W]
  const perRow = tf.transpose(tf.reshape(resized, [batch * rows.from, channels, columns.from]), [0, 2, 1]);
  return tf.reshape(perRow, [batch, rows.from, columns.from, channels]);
}

const resizeGradientKernel = defineKernel<GradientInputs, GradientAttrs>({
  name: 'SegResizeGradient',
  reference: resizeGradientReference,
  bodies: { wasm: resizeGradientWasm },
  gradient: 'none',
});
