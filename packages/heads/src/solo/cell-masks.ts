import { linear, resizeBilinear, type Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { LevelOfImage, RowColumnMasks, SoloMasks } from './solo-prediction.ts';

/**
 * Mask logits of some cells of a level, at the resolution of training: twice the level's, or 1/4 for SOLOv2. The masks
 * of SOLO are upsampled behind the 1×1 convolution, with which bilinear interpolation commutes.
 *
 * @param cells Row · S + column, M of them
 * @returns [1, h, w, M]
 */
export function cellMaskLogits(masks: SoloMasks, { image, level }: LevelOfImage, cells: Int32Array): tf.Tensor4D {
  return tf.tidy(() => {
    const chosen = tf.tensor1d(cells, 'int32');
    switch (masks.kind) {
      case 'fixed-kernels': {
        const { features, kernels, biases } = masks.levels[level];
        const products = linear(ofImage(features, image), tf.gather(kernels, chosen, 1));
        const logits = tf.add<tf.Tensor4D>(products, tf.gather(biases, chosen));
        return resizeBilinear(logits, [2 * logits.shape[1], 2 * logits.shape[2]]);
      }
      case 'row-column': {
        const { columns, rows } = masks.levels[level];
        const grid = columns.shape[3];
        return productLogits(
          pick(ofImage(columns, image), columnsOf(cells, grid)),
          pick(ofImage(rows, image), rowsOf(cells, grid)),
        );
      }
      case 'dynamic-kernels': {
        const kernels = masks.kernels[level];
        const perCell = tf.reshape(ofImage(kernels, image), [-1, kernels.shape[3]]); // [S², E]
        return linear(ofImage(masks.features, image), tf.transpose(tf.gather(perCell, chosen)));
      }
      default:
        throw unknownKind(masks);
    }
  });
}

/**
 * Mask probabilities of some cells of a level at 1/4 of the input, as decoding looks at them: probabilities are
 * interpolated, not logits, and for Decoupled SOLO columns and rows before they are multiplied.
 *
 * @param cells Row · S + column, M of them
 * @returns [1, H/4, W/4, M]
 */
export function cellMaskProbabilities(masks: SoloMasks, at: LevelOfImage, cells: Int32Array): tf.Tensor4D {
  return tf.tidy(() => {
    if (masks.kind === 'row-column') return rowColumnProbabilities(masks, at, cells);
    const probabilities = tf.sigmoid(cellMaskLogits(masks, at, cells));
    return resizeBilinear(probabilities, quarterSize(masks));
  });
}

/** P(pixel in cell (i, j)) = σ(column j) · σ(row i). Wang et al. 2020 (SOLO), "Decoupled SOLO". */
function rowColumnProbabilities(masks: RowColumnMasks, at: LevelOfImage, cells: Int32Array): tf.Tensor4D {
  const { columns, rows } = axisProbabilities(masks, at);
  const grid = columns.shape[3];
  return tf.mul(pick(columns, columnsOf(cells, grid)), pick(rows, rowsOf(cells, grid)));
}

/**
 * The probabilities whose products are the masks of Decoupled SOLO, at 1/4 of the input.
 *
 * @returns columns and rows, [1, H/4, W/4, S]
 */
export function axisProbabilities(
  masks: RowColumnMasks,
  { image, level }: LevelOfImage,
): { columns: tf.Tensor4D; rows: tf.Tensor4D } {
  return tf.tidy(() => {
    const restored = (maps: tf.Tensor4D) => resizeBilinear(tf.sigmoid(ofImage(maps, image)), quarterSize(masks));
    const { columns, rows } = masks.levels[level];
    return { columns: restored(columns), rows: restored(rows) };
  });
}

/** Level 0 has stride 8 and is predicted at twice its size. */
function quarterSize(masks: SoloMasks): Size {
  switch (masks.kind) {
    case 'fixed-kernels':
      return [2 * masks.levels[0].features.shape[1], 2 * masks.levels[0].features.shape[2]];
    case 'row-column':
      return [masks.levels[0].columns.shape[1], masks.levels[0].columns.shape[2]];
    case 'dynamic-kernels':
      return [masks.features.shape[1], masks.features.shape[2]];
    default:
      throw unknownKind(masks);
  }
}

/**
 * The logit whose sigmoid is σ(x) · σ(y), so that Decoupled SOLO trains on logits as the others do:
 * −ln(1/(σ(x) σ(y)) − 1) = −ln(e^−x + e^−y + e^−(x+y)).
 */
function productLogits(x: tf.Tensor4D, y: tf.Tensor4D): tf.Tensor4D {
  const exponents = tf.stack([tf.neg(x), tf.neg(y), tf.neg(tf.add(x, y))]);
  return tf.neg(tf.logSumExp(exponents, 0));
}

/** [B, h, w, C] → [1, h, w, C] */
function ofImage(maps: tf.Tensor4D, image: number): tf.Tensor4D {
  return maps.shape[0] === 1
    ? maps
    : tf.slice(maps, [image, 0, 0, 0], [1, ...maps.shape.slice(1)] as [number, number, number, number]);
}

function pick(maps: tf.Tensor4D, channels: Int32Array): tf.Tensor4D {
  return tf.gather(maps, tf.tensor1d(channels, 'int32'), 3);
}

function columnsOf(cells: Int32Array, grid: number): Int32Array {
  return cells.map((cell) => cell % grid);
}

function rowsOf(cells: Int32Array, grid: number): Int32Array {
  return cells.map((cell) => Math.floor(cell / grid));
}

function unknownKind(masks: never): RangeError {
  const known = 'fixed-kernels, row-column, dynamic-kernels';
  return new RangeError(`cellMaskLogits: expected ${known} as kind, got ${(masks as SoloMasks).kind}`);
}
