import { defineKernel } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Coordinates that a map receives, in this order. */
export type CoordinateAxes = 'x' | 'y' | 'xy';

/**
 * Appends each pixel's place to its features: x from −1 at the first column to 1 at the last, y likewise down the rows.
 * Liu et al. 2018 (CoordConv), as Wang et al. 2020 (SOLO) use it in their mask branch.
 *
 * @param x [B, H, W, C]
 * @returns [B, H, W, C + 1], or C + 2 for both axes
 */
export function withCoordinates(x: tf.Tensor4D, axes: CoordinateAxes): tf.Tensor4D {
  return tf.tidy(() => tf.concat([x, coordinatesKernel({}, { size: x.shape, axes }) as tf.Tensor4D], 3));
}

/** A kernel, so that who writes a pass down sees places where there would be numbers of one size. */
const coordinatesKernel = defineKernel<Record<string, undefined>, { size: tf.Tensor4D['shape']; axes: CoordinateAxes }>(
  {
    name: 'SegCoordinates',
    reference: (_, { size: [batch, height, width], axes }) => {
      const values = new Float32Array(batch * height * width * axes.length);
      for (let i = 0; i < values.length; i++) {
        const pixel = Math.floor(i / axes.length);
        const [column, row] = [pixel % width, Math.floor(pixel / width) % height];
        values[i] = axes[i % axes.length] === 'x' ? place(column, width) : place(row, height);
      }
      return tf.tensor4d(values, [batch, height, width, axes.length]);
    },
    gradient: 'none',
  },
);

function place(i: number, length: number): number {
  return length === 1 ? -1 : (2 * i) / (length - 1) - 1;
}
