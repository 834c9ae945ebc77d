import * as tf from '@tensorflow/tfjs-core';

import type { PanopticGrid } from '../panoptic-grid.ts';
import { meanOfNonzero } from './mean-of-nonzero.ts';
import { matchedLogits, type SlotMatching } from './slot-competition.ts';
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts';

/**
 * Cross entropy of every pixel's slot: pixels of a mask are to choose the slot that is matched to it. Wang et al. 2021
 * (MaX-DeepLab), section 3.4, "Mask-ID cross-entropy".
 *
 * @param logits [P, N]
 */
export function maskIdCrossEntropy(
  logits: tf.Tensor2D,
  { masks, known }: PanopticGrid,
  slots: SlotMatching,
): tf.Scalar {
  return tf.tidy(() => {
    const product = tf.sum<tf.Tensor1D>(tf.mul(masks, matchedLogits(logits, slots)), 1);
    const labels = { product, sum: tf.sum<tf.Tensor1D>(masks, 1) };
    return meanOfNonzero(tf.mul(softmaxCrossEntropy(labels, tf.logSumExp(logits, 1)), known));
  });
}
