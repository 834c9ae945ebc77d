import { A_FLAG, expectOptions } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { deformableSampling } from '../deformable-sampling/deformable-sampling.ts';
import type { GridSampleOptions } from './types.ts';

/**
 * Bilinear samples of a map at points, zero outside. The point (x, y) in [0, 1]² is pixel x·W − ½, y·H − ½: what
 * `F.grid_sample` takes as 2·(x, y) − 1. Differentiable in the map and in the points.
 *
 * @param x [B, H, W, C]
 * @param points [B, P, 2] pairs (x, y)
 * @returns [B, P, C]
 */
export function samplePoints(x: tf.Tensor4D, points: tf.Tensor3D): tf.Tensor3D {
  expectTensors('samplePoints', { x, points });
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const count = points.shape[1];
    const value = tf.reshape(x, [batch, height * width, 1, channels]) as tf.Tensor4D;
    const locations = tf.reshape(points, [batch, count, 1, 1, 1, 2]);
    const weights = tf.tensor(new Float32Array(batch * count).fill(1), [batch, count, 1, 1, 1]); // tf.ones takes ten times longer
    return deformableSampling(value, locations, weights, [[height, width]]);
  });
}

/**
 * Bilinear samples of a map on a grid, zero outside: `F.grid_sample(padding_mode='zeros')`.
 *
 * @param x [B, H, W, C]
 * @param grid [B, h, w, 2] pairs (x, y) in [−1, 1]
 * @returns [B, h, w, C]
 */
export function gridSample(x: tf.Tensor4D, grid: tf.Tensor4D, options: GridSampleOptions = {}): tf.Tensor4D {
  expectTensors('gridSample', { x, grid });
  expectOptions('gridSample', options, { alignCorners: A_FLAG });
  const { alignCorners = false } = options;
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const flat = tf.reshape(grid, [batch, -1, 2]) as tf.Tensor3D;
    const unit = tf.div<tf.Tensor3D>(tf.add(flat, 1), 2);
    const points = alignCorners ? cornersToUnit(unit, height, width) : unit;
    return tf.reshape(samplePoints(x, points), [batch, grid.shape[1], grid.shape[2], channels]);
  });
}

/** Pixel u·(W − 1) lies at (u·(W − 1) + ½) / W of the width. */
function cornersToUnit(unit: tf.Tensor3D, height: number, width: number): tf.Tensor3D {
  const scale = tf.tensor1d([(width - 1) / width, (height - 1) / height]);
  return tf.add(tf.mul(unit, scale), tf.tensor1d([0.5 / width, 0.5 / height]));
}
