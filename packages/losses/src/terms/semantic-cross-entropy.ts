import * as tf from '@tensorflow/tfjs-core';

import type { PanopticGrid } from '../panoptic-grid.ts';
import { meanOfNonzero } from './mean-of-nonzero.ts';

/**
 * Weighted cross entropy of every pixel's class, but of void ones. Wang et al. 2021 (MaX-DeepLab), section 3.4,
 * "Semantic segmentation".
 *
 * @param logits [P, K + 1] with void as class 0
 */
export function semanticCrossEntropy(logits: tf.Tensor2D, { semantic, weights }: PanopticGrid): tf.Scalar {
  return tf.tidy(() => {
    const oneHot = tf.cast(tf.oneHot(semantic, logits.shape[1]), 'float32');
    const entropy = tf.neg(tf.sum(tf.mul(oneHot, tf.logSoftmax(logits)), 1)); // [P]
    const counts = tf.mul(weights, tf.cast(tf.notEqual(semantic, 0), 'float32'));
    return meanOfNonzero(tf.mul(entropy, counts));
  });
}
