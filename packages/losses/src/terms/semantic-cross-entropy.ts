import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import type { PanopticGrid } from '../panoptic-grid.ts';
import { expectShape } from './checked-inputs.ts';
import { finiteLogits, infiniteLosses } from './infinite-logits.ts';
import { meanOfNonzero } from './mean-of-nonzero.ts';

/**
 * Weighted cross entropy of every pixel's class, but of void ones. Wang et al. 2021 (MaX-DeepLab), section 3.4,
 * "Semantic segmentation".
 *
 * @param logits [P, K + 1] with void as class 0
 */
export function semanticCrossEntropy(logits: tf.Tensor2D, { semantic, weights }: PanopticGrid): tf.Scalar {
  expectTensors('semanticCrossEntropy', { logits, semantic, weights });
  return tf.tidy(() => {
    expectShape('semanticCrossEntropy', 'logits', logits, [semantic.shape[0], logits.shape[1] ?? 0]);
    const isOwn = tf.cast(tf.oneHot(semantic, logits.shape[1]), 'bool');
    const logs = tf.logSoftmax(finiteLogits(logits)); // [P, K + 1]
    const entropy = tf.neg(tf.sum(tf.where(isOwn, logs, tf.zerosLike(logs)), 1)); // [P]
    const isKnown = tf.notEqual(semantic, 0);
    return infiniteLosses(meanOfNonzero(tf.mul(tf.where(isKnown, entropy, tf.zerosLike(entropy)), weights)));
  });
}
