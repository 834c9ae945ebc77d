import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { matMul } from '../mat-mul/mat-mul.ts';
import type { Attrs, Inputs } from './types.ts';

/**
 * Attention along one axis of a map with positions of queries, keys and values by distance: softmax(a q·k + b q·rᑫ + c k·rᵏ)
 * (d v + e rᵛ) + shift. Wang et al. 2020 (Axial-DeepLab), eq. 4, with the factors that batch norms come to in inference; a shift of
 * the logits would make no difference. Has no gradient.
 *
 * @returns [B, H, W, V]
 */
export function axialAttention(inputs: Inputs, attrs: Attrs): tf.Tensor4D {
  return axialAttentionKernel(inputs, attrs) as tf.Tensor4D;
}

/** The meaning of {@link axialAttention} in plain ops. */
export function axialAttentionReference(inputs: Inputs, { numHeads, keyDim, axis }: Attrs): tf.Tensor4D {
  const { packed, queryTable, keyTable, valueTable, similarityScale, retrievedScale, shift } = inputs;
  const lines = axis === 2 ? packed : tf.transpose(packed, [0, 2, 1, 3]); // [B, M, L, 2K + V]
  const [batch, count, length, dim] = lines.shape;
  const [query, key, value] = tf.split(lines, [keyDim, keyDim, dim - 2 * keyDim], 3).map((part) => {
    const tokens = tf.reshape(part, [batch * count, length, numHeads, part.shape[3]! / numHeads]);
    return tf.transpose(tokens, [0, 2, 1, 3]) as tf.Tensor4D; // [B·M, h, L, d]
  }) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const [ofQuery, ofKey, ofValue] = [queryTable, keyTable, valueTable].map((table) => byPlaces(table, length));
  const factor = (of: number) => tf.reshape(tf.slice(similarityScale, [of, 0], [1, numHeads]), [1, numHeads, 1, 1]);
  const logits = tf.addN([
    tf.mul(matMul(query, key, false, true), factor(0)),
    tf.mul(alongRows(query, ofQuery!, true), factor(1)),
    tf.mul(tf.transpose(alongRows(key, tf.transpose(ofKey!, [1, 0, 2]), true), [0, 1, 3, 2]), factor(2)),
  ]);
  const weights = tf.softmax(logits) as tf.Tensor4D;
  const size = value.shape[3];
  const scaled = (retrieved: tf.Tensor, of: number) =>
    tf.mul(retrieved, tf.reshape(tf.slice(retrievedScale, [of, 0, 0], [1, numHeads, size]), [1, numHeads, 1, size]));
  const sum = tf.add(scaled(matMul(weights, value), 0), scaled(alongRows(weights, ofValue!, false), 1));
  const shifted = tf.transpose(tf.add(sum, tf.reshape(shift, [1, numHeads, 1, size])), [0, 2, 1, 3]);
  const map = tf.reshape(shifted, [batch, count, length, numHeads * size]) as tf.Tensor4D;
  return axis === 2 ? map : tf.transpose(map, [0, 2, 1, 3]);
}

/** Rows of a table by distance from l to m, m − l, the farthest for all beyond. @returns [l, m, d] */
function byPlaces(table: tf.Tensor, length: number): tf.Tensor3D {
  const farthest = (table.shape[0]! - 1) / 2;
  const rows = Int32Array.from({ length: length * length }, (_, i) => {
    const distance = (i % length) - Math.floor(i / length);
    return Math.max(-farthest, Math.min(distance, farthest)) + farthest;
  });
  return tf.reshape(tf.gather(table, tf.tensor1d(rows, 'int32')), [length, length, table.shape[1]!]);
}

/** For every place l its own matrix: x[b, h, l, :] · positions[l]. @returns [B, h, L, m] */
function alongRows(x: tf.Tensor4D, positions: tf.Tensor3D, transposed: boolean): tf.Tensor4D {
  const [batch, heads, length, size] = x.shape;
  const rows = tf.reshape(tf.transpose(x, [2, 0, 1, 3]), [length, batch * heads, size]);
  const product = matMul<tf.Tensor3D>(rows, positions, false, transposed);
  return tf.transpose(tf.reshape(product, [length, batch, heads, product.shape[2]]), [1, 2, 0, 3]) as tf.Tensor4D;
}

const axialAttentionKernel = defineKernel<Inputs, Attrs>({
  name: 'SegAxialAttention',
  reference: axialAttentionReference,
  gradient: 'none',
});
