import type * as tf from '@tensorflow/tfjs-core';

export type Inputs = {
  /** [B, N, 4] before the sigmoid */
  moved: tf.Tensor3D;
  /** [B | 1, N, 2] points or [B | 1, N, 4] boxes, in [0, 1] */
  reference: tf.Tensor3D;
};
/** `margin` is the distance from 0 and 1 beyond which the inverse sigmoid does not follow. */
export type Attrs = { margin: number };
