import type * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../linear/types.ts';

export type Inputs = {
  /** [B, h, w, in] */
  x: tf.Tensor4D;
  /** [1, 1, in, out] */
  filter: tf.Tensor4D;
  /** [B, H, W, in'] */
  skipped: tf.Tensor4D;
  /** [1, 1, in', out] */
  shortcut: tf.Tensor4D;
  /** [out] */
  bias: tf.Tensor;
};
/** `strides` are those of the shortcut. */
export type Attrs = { strides: [number, number]; activation: Activation };
