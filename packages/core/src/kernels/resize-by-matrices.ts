import * as tf from '@tensorflow/tfjs-core';

import type { ResizeWeights } from './interpolation.ts';

/**
 * Y = R_h X R_wᵀ for every channel.
 *
 * @param x [B, H, W, C]
 * @param rows R_h [h, H]
 * @param columns R_w [w, W]
 * @returns [B, h, w, C]
 */
export function resizeByMatrices(x: tf.Tensor4D, rows: ResizeWeights, columns: ResizeWeights): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, , width, channels] = x.shape;
    const byRow = tf.reshape(x, [batch, rows.from, width * channels]);
    const resizedRows = tf.matMul(tf.reshape(rows.tensor(), [1, rows.to, rows.from]), byRow); // [B, h, W·C]
    const byColumn = tf.transpose(tf.reshape(resizedRows, [batch * rows.to, width, channels]), [0, 2, 1]);
    const lines = tf.reshape(byColumn, [-1, width]); // [B·h·C, W]
    const resized = tf.matMul(lines, tf.transpose(columns.tensor())); // [B·h·C, w]
    const perRow = tf.transpose(tf.reshape(resized, [batch * rows.to, channels, columns.to]), [0, 2, 1]);
    return tf.reshape(perRow, [batch, rows.to, columns.to, channels]);
  });
}
