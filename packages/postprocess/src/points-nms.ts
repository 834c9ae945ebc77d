import { expectShapes, maxPool } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Sets to zero the scores of cells that a neighbor above, to the left, or diagonally above to the left exceeds in the
 * same class. One-sided on purpose: 2×2 max pooling padded at the top and left only. `points_nms` of WXinlong/SOLO.
 *
 * @param scores [B, S, S, K]
 */
export function pointsNms(scores: tf.Tensor4D): tf.Tensor4D {
  expectShapes('pointsNms', { scores: [scores, ['B', 'H', 'W', 'K']] });
  return tf.tidy(() => {
    const before = [1, 0] as [number, number];
    const highest = maxPool(scores, { size: 2, strides: 1, padding: [before, before] });
    return tf.mul(scores, tf.cast(tf.equal(scores, highest), 'float32'));
  });
}
