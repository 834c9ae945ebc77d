import type { MaskTargets } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

/** Images and what is in them. */
export type TrainingBatch = {
  /** [B, H, W, 3] normalized */
  pixels: tf.Tensor4D;
  /** One per image */
  targets: MaskTargets[];
};
