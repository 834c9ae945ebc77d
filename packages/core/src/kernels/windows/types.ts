import type * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';

/** Side of the windows, and how far the map is rolled up and to the left before it is cut. */
export type WindowCut = { window: number; shift: number };

export type IntoInputs = { x: tf.Tensor4D };
export type IntoAttrs = WindowCut;

export type FromInputs = {
  /** [B · windows, w², C] */
  windows: tf.Tensor3D;
  /** [B, H, W, C], which is added */
  residual?: tf.Tensor4D;
};
/** `size` is that of the map, padding left out. */
export type FromAttrs = WindowCut & { size: Size };
