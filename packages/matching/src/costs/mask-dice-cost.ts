import { expectShapes, matMul } from '@seg/core';
import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';

/** Keeps both sums of the denominator from zero, each by this much. */
const SMOOTHING = 0.001;

/**
 * Cost of masks that are no logits: 1 − 2 Σ m·t / (Σ m² + Σ t²). Milletari et al. 2016, as the authors of Panoptic
 * SegFormer match with.
 *
 * @param masks [N, P] @param targets [T, P]
 * @returns [N, T]
 */
export function maskDiceCost(masks: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  expectTensors('maskDiceCost', { masks, targets });
  expectShapes('maskDiceCost', { masks: [masks, ['N', 'P']], targets: [targets, ['T', 'P']] });
  return tf.tidy(() => {
    const overlap = matMul<tf.Tensor2D>(masks, targets, false, true);
    const ofMasks = tf.add(tf.sum(tf.square(masks), 1, true), SMOOTHING); // [N, 1]
    const ofTargets = tf.add(tf.sum(tf.square(targets), 1), SMOOTHING); // [T]
    return tf.sub(1, tf.div<tf.Tensor2D>(tf.mul(overlap, 2), tf.add(ofMasks, ofTargets)));
  });
}
