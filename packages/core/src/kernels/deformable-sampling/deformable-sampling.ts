import * as tf from '@tensorflow/tfjs-core';

import { detach } from '../../detach.ts';
import { expectTensors } from '../../expect-options.ts';
import { vjp } from '../../gradients/vjp.ts';
import type { Size } from '../../outputs.ts';
import { defineKernel } from '../define-kernel.ts';
import { tokensOf } from './level-table.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';
import { deformableSamplingGradientWasm, deformableSamplingWasm } from './wasm.ts';

/**
 * Multi-scale deformable sampling: every query and head takes a weighted sum of bilinear samples from each level.
 * Zhu et al. 2021, eq. 3, without the projections. Samples outside a map count as zero, those whose location or weight is NaN as
 * NaN; the location (x, y) in [0, 1]² is pixel x·W − ½, y·H − ½.
 *
 * @param value [B, S, M, D] levels one after the other, each row-major; S = Σ H·W
 * @param locations [B, Q, M, L, P, 2]
 * @param weights [B, Q, M, L, P]
 * @param levels Height and width of the L maps
 * @returns [B, Q, M·D]
 */
export function deformableSampling(
  value: tf.Tensor4D,
  locations: tf.Tensor,
  weights: tf.Tensor,
  levels: Size[],
): tf.Tensor3D {
  expectTensors('deformableSampling', { value, locations, weights });
  return deformableSamplingKernel({ value, locations, weights }, { levels }) as tf.Tensor3D;
}

/** The meaning of {@link deformableSampling} in plain ops: four gathers a level, one for each corner. */
export function deformableSamplingReference({ value, locations, weights }: Inputs, { levels }: Attrs): tf.Tensor {
  const [batch, tokens, heads, depth] = value.shape;
  const [queries, points] = [locations.shape[1]!, locations.shape[4]!];
  const table = tf.reshape(value, [batch * tokens * heads, depth]);
  const samples = [batch * queries * heads, points];
  let start = 0;
  const perLevel = levels.map((size, level) => {
    const at = tf.reshape(tf.slice(locations, [0, 0, 0, level], [-1, -1, -1, 1]), [...samples, 2]);
    const weight = tf.reshape(tf.slice(weights, [0, 0, 0, level], [-1, -1, -1, 1]), samples);
    const firstRow = rowOfFirstPixel(batch, queries, heads, tokens, start);
    start += size[0] * size[1];
    return sampleLevel(table, at, weight, firstRow, size, heads);
  });
  return tf.reshape(tf.addN(perLevel), [batch, queries, heads * depth]);
}

/** [B·Q·M, 1]: the table row that holds the first pixel of a level, for each batch element and head. */
function rowOfFirstPixel(batch: number, queries: number, heads: number, tokens: number, start: number): tf.Tensor {
  const batches = tf.reshape(tf.range(0, batch), [batch, 1, 1]);
  const head = tf.reshape(tf.range(0, heads), [1, 1, heads]);
  const first = tf.add(tf.mul(tf.add(tf.mul(batches, tokens), start), heads), head); // [B, 1, M]
  return tf.reshape(tf.add(first, tf.zeros([1, queries, 1])), [batch * queries * heads, 1]);
}

/** Σ over the points of one level: [R, D] from locations [R, P, 2] and weights [R, P], R = B·Q·M. */
function sampleLevel(
  table: tf.Tensor,
  locations: tf.Tensor,
  weight: tf.Tensor,
  firstRow: tf.Tensor,
  [height, width]: Size,
  heads: number,
): tf.Tensor {
  const pixels = tf.sub(tf.mul(locations, tf.tensor1d([width, height])), 0.5);
  const [x, y] = tf.unstack(tf.where(tf.isInf(pixels), -2, pixels), -1); // ∞ − ∞ would be NaN, not outside
  const [left, top] = [detach(tf.floor(x)), detach(tf.floor(y))];
  const [fx, fy] = [tf.sub(x, left), tf.sub(y, top)];
  const corners = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ].map(([dx, dy]) => {
    const [column, row] = [tf.add(left, dx), tf.add(top, dy)];
    const [clippedColumn, clippedRow] = [tf.clipByValue(column, 0, width - 1), tf.clipByValue(row, 0, height - 1)];
    const outside = tf.add(tf.abs(tf.sub(column, clippedColumn)), tf.abs(tf.sub(row, clippedRow)));
    const inside = tf.sub(1, tf.minimum(outside, 1));
    const share = tf.mul(dx === 1 ? fx : tf.sub(1, fx), dy === 1 ? fy : tf.sub(1, fy));
    const place = tf.add(tf.mul(clippedRow, width), clippedColumn);
    const pixel = tf.where(tf.isNaN(place), 0, place); // its share is NaN, and is that of the first pixel
    const rows = tf.cast(tf.add(firstRow, tf.mul(pixel, heads)), 'int32'); // [R, P]
    const values = tf.gather(table, tf.reshape(detach(rows), [-1])); // [R·P, D]
    const factors = tf.reshape(tf.mul(tf.mul(share, detach(inside)), weight), [-1, 1]);
    return tf.mul(values, factors);
  });
  const [rows, points] = weight.shape;
  return tf.sum(tf.reshape(tf.addN(corners), [rows!, points!, table.shape[1]!]), 1);
}

/** The gradients of {@link deformableSampling} in value, locations and weights, by those of its reference. */
export function deformableSamplingGradientReference({ dy, ...inputs }: GradientInputs, attrs: Attrs): tf.Tensor[] {
  const { value, locations, weights } = inputs;
  const sample = (v: tf.Tensor, at: tf.Tensor, weight: tf.Tensor) =>
    deformableSamplingReference({ value: v as tf.Tensor4D, locations: at, weights: weight }, attrs);
  return vjp(sample, [value, locations, weights], dy);
}

const deformableSamplingGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegDeformableSamplingGradient',
  reference: deformableSamplingGradientReference,
  bodies: { wasm: deformableSamplingGradientWasm },
  gradient: 'none',
});

const deformableSamplingKernel = defineKernel<Inputs, Attrs>({
  name: 'SegDeformableSampling',
  shapes: ({ levels }) => ({
    value: ['B', tokensOf(levels), 'M', 'D'],
    locations: ['B', 'Q', 'M', levels.length, 'P', 2],
    weights: ['B', 'Q', 'M', levels.length, 'P'],
  }),
  reference: deformableSamplingReference,
  bodies: { wasm: deformableSamplingWasm },
  saves: ['value', 'locations', 'weights'],
  gradient: (dy, inputs, attrs) => {
    const [dValue, dLocations, dWeights] = deformableSamplingGradientKernel({ dy, ...inputs }, attrs) as tf.Tensor[];
    return { value: () => dValue, locations: () => dLocations, weights: () => dWeights };
  },
});
