import type * as tf from '@tensorflow/tfjs-core';

import type { Padding2D } from '../map-layout.ts';

/** Options of `maxPool`. */
export type MaxPoolOptions = {
  size: number | [number, number];
  /** Default: the size. */
  strides?: number | [number, number];
  /** Pixels around the map that never win. One number for all sides, or each side. Default: 0. */
  padding?: number | Padding2D;
};

export type Inputs = { x: tf.Tensor4D };
export type GradientInputs = { dy: tf.Tensor4D; x: tf.Tensor4D; y: tf.Tensor4D };
export type Attrs = { size: [number, number]; strides: [number, number]; padding: Padding2D };
