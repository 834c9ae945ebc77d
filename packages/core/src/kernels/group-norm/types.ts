import type * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../linear/types.ts';

/** Options of `groupNorm`: the number of groups of channels, and what keeps the variance from zero. */
export type GroupNormOptions = { groups: number; epsilon: number };

export type Inputs = { x: tf.Tensor4D; gain: tf.Tensor; bias?: tf.Tensor };
export type GradientInputs = { dy: tf.Tensor; x: tf.Tensor4D; gain: tf.Tensor };
export type Attrs = GroupNormOptions;

/** Way to bring a coarser map to the size of a finer one. */
export type Resize = 'bilinear' | 'nearest';
export type FusedInputs = Inputs & {
  /** [B, h, w, C], resized to the map's size and added behind the norm */
  coarser?: tf.Tensor4D;
};
export type FusedAttrs = GroupNormOptions & { activation: Activation; resize?: Resize };
