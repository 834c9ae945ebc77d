import type * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';

/** Side of the windows, and how far the map is rolled up and to the left before it is cut. */
export type WindowCut = { window: number; shift: number };

/** Layer norm of the pixels of a map. */
export type PixelNorm = { gain: tf.Tensor; bias: tf.Tensor; epsilon: number };

export type IntoInputs = {
  x: tf.Tensor4D;
  /** [C], with a bias: pixels are normalized first */
  gain?: tf.Tensor;
  bias?: tf.Tensor;
};
/** `byColumns` is true for windows column by column instead of row by row; `epsilon` is the norm's. */
export type IntoAttrs = WindowCut & { byColumns?: boolean; epsilon?: number };

export type FromInputs = {
  /** [B · windows, w², C] */
  windows: tf.Tensor3D;
  /** [B, H, W, C], which is added */
  residual?: tf.Tensor4D;
  /** [C], with a bias: a second result is the sum's layer norm */
  gain?: tf.Tensor;
  bias?: tf.Tensor;
};
/** `size` is that of the map, padding left out; `epsilon` is the norm's. */
export type FromAttrs = WindowCut & { size: Size; epsilon?: number };
