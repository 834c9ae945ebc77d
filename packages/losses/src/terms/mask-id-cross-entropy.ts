import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import type { PanopticGrid } from '../panoptic-grid.ts';
import { expectShape } from './checked-inputs.ts';
import { finiteLogits, infiniteLosses } from './infinite-logits.ts';
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
  expectTensors('maskIdCrossEntropy', { logits, masks, known });
  return tf.tidy(() => {
    expectShape('maskIdCrossEntropy', 'logits', logits, [masks.shape[0], logits.shape[1] ?? 0]);
    const finite = finiteLogits(logits);
    const product = tf.sum<tf.Tensor1D>(tf.mul(masks, matchedLogits(finite, slots)), 1);
    const labels = { product, sum: tf.sum<tf.Tensor1D>(masks, 1) };
    return infiniteLosses(meanOfNonzero(tf.mul(softmaxCrossEntropy(labels, tf.logSumExp(finite, 1)), known)));
  });
}
