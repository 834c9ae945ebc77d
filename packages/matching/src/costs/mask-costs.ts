import { expectShapes, matMul } from '@seg/core';
import { expectOptions, expectTensors, numberIn } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';

const FOCAL = { alpha: numberIn(), gamma: numberIn({ least: 0 }) };

/**
 * Soft Dice distance of every predicted mask to every target: 1 − (2 Σ p·t + 1) / (Σ p + Σ t + 1), p = sigmoid(logits).
 * Milletari et al. 2016 with DETR's unsquared denominator and smoothing by one.
 *
 * @param logits [N, P] at P points or pixels
 * @param targets [T, P] in [0, 1]
 * @returns [N, T]
 */
export function diceCost(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  expectMasks('diceCost', logits, targets);
  return tf.tidy(() => {
    const probabilities = tf.sigmoid(logits);
    const overlap = matMul<tf.Tensor2D>(probabilities, targets, false, true); // [N, T]
    const total = tf.add(tf.sum(probabilities, 1, true), tf.sum(targets, 1)); // [N, T]
    return tf.sub(1, tf.div(tf.add(tf.mul(overlap, 2), 1), tf.add(total, 1)));
  });
}

/**
 * Mean binary cross entropy of every predicted mask against every target:
 * (softplus(−x)·t + softplus(x)·(1 − t)) / P, which is (softplus(x) − x·t) / P. Cheng et al. 2021 (MaskFormer), section 3.3.
 *
 * @param logits [N, P]
 * @param targets [T, P]
 * @returns [N, T]
 */
export function maskCrossEntropyCost(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  expectMasks('maskCrossEntropyCost', logits, targets);
  return tf.tidy(() => {
    const empty = tf.sum(tf.softplus(logits), 1, true); // [N, 1]
    return tf.div(tf.sub(empty, matMul<tf.Tensor2D>(logits, targets, false, true)), logits.shape[1]);
  });
}

/**
 * Mean focal cross entropy of every predicted mask against every target. Lin et al. 2017, eq. 5, as a matching cost:
 * α(1 − p)^γ softplus(−x) where the target is one, (1 − α) p^γ softplus(x) where it is zero.
 *
 * @param logits [N, P]
 * @param targets [T, P]
 * @returns [N, T]
 */
export function maskFocalCost(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  options: { alpha?: number; gamma?: number } = {},
): tf.Tensor2D {
  expectOptions('maskFocalCost', options, FOCAL);
  const { alpha = 0.25, gamma = 2 } = options;
  expectMasks('maskFocalCost', logits, targets);
  return tf.tidy(() => {
    const p = tf.sigmoid(logits);
    const positive = tf.mul<tf.Tensor2D>(tf.mul(tf.pow(tf.sub(1, p), gamma), alpha), tf.softplus(tf.neg(logits)));
    const negative = tf.mul<tf.Tensor2D>(tf.mul(tf.pow(p, gamma), 1 - alpha), tf.softplus(logits));
    const inside = matMul<tf.Tensor2D>(positive, targets, false, true);
    const outside = matMul<tf.Tensor2D>(negative, tf.sub<tf.Tensor2D>(1, targets), false, true);
    return tf.div(tf.add(inside, outside), logits.shape[1]);
  });
}

/** @throws ShapeError unless both are of the same points */
function expectMasks(where: string, logits: tf.Tensor, targets: tf.Tensor): void {
  expectTensors(where, { logits, targets });
  expectShapes(where, { logits: [logits, ['N', 'P']], targets: [targets, ['T', 'P']] });
}
