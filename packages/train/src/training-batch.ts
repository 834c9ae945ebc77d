import type { MaskTargets } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

/** Images and what is in them. */
export type TrainingBatch = {
  /** [B, H, W, 3] normalized */
  pixels: tf.Tensor4D;
  /** One per image */
  targets: MaskTargets[];
  /** Numbers of the images among those that come again: of equal numbers all pixels are equal. Default: each is new */
  samples?: readonly number[];
};
