import { detach, expectShapes, matMul } from '@seg/core';
import { numberIn, oneOf } from '@seg/core/expect-options';
import { maskDice } from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';
import { expectClasses } from '../expect-classes.ts';
import { expectConfig } from '../expect-config.ts';
import type { PanopticGrid } from '../panoptic-grid.ts';
import { finiteLogits, infiniteLosses } from './infinite-logits.ts';
import { meanOfNonzero } from './mean-of-nonzero.ts';
import { matchedLogits, type SlotMatching, slotColumns } from './slot-competition.ts';
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts';

/** Logits of one image. */
export type SlotLogits = {
  /** [P, N] */
  masks: tf.Tensor2D;
  /** [N, K + 1] with void last */
  classes: tf.Tensor2D;
};

/** Constants of the PQ-style loss. */
export type PqLossOptions = {
  /** Part of the positive terms: α. */
  alpha: number;
  /**
   * Weight of a slot that no mask has: its share of void pixels, as the released models were trained, or 1, as the paper
   * has it.
   */
  unmatched: 'void-ratio' | 'constant';
};

/** Checks of {@link PqLossOptions}. */
export const PQ_LOSS = { alpha: numberIn({ least: 0, most: 1 }), unmatched: oneOf('void-ratio', 'constant') };

/** No weight is smaller, so that every slot has a gradient. */
const LEAST_WEIGHT = 1e-5;

/**
 * Class term of the PQ-style loss: cross entropy of every slot's class, weighted by the Dice of its mask where it has
 * one; the others are to be void. Wang et al. 2021 (MaX-DeepLab), eq. 11 and 12, `L^pos` second part and `L^neg`.
 */
export function pqClassLoss(
  given: SlotLogits,
  grid: PanopticGrid,
  slots: SlotMatching,
  options: PqLossOptions,
): tf.Scalar {
  expectConfig('pqClassLoss', options, PQ_LOSS, ['alpha', 'unmatched']);
  const { alpha, unmatched } = options;
  return tf.tidy(() => {
    const logits = checked('pqClassLoss', given, grid);
    const columns = slotColumns(slots, logits.classes.shape[0]); // [N, R]
    const isMatched = tf.sum<tf.Tensor1D>(columns, 1);
    const probabilities = tf.softmax(detach(logits.masks));
    const dice = tf.sum(tf.mul(columns, maskDice({ ...grid, maskProbabilities: probabilities })), 1);
    const free = unmatched === 'constant' ? tf.onesLike(dice) : voidRatio(probabilities, grid);
    const positive = tf.mul(isMatched, tf.mul(tf.maximum(dice, LEAST_WEIGHT), alpha));
    const negative = tf.mul(tf.sub(1, isMatched), tf.mul(tf.maximum(free, LEAST_WEIGHT), 1 - alpha));
    const labels = classLabels(logits.classes.shape, grid, slots, isMatched);
    const product = tf.sum<tf.Tensor1D>(tf.mul(labels, logits.classes), 1);
    const sums = { product, sum: tf.sum<tf.Tensor1D>(labels, 1) };
    const entropy = softmaxCrossEntropy(sums, tf.logSumExp(logits.classes, 1)); // [N]
    return infiniteLosses(meanOfNonzero(tf.mul(entropy, tf.add(positive, negative))));
  });
}

function checked(where: string, { masks, classes }: SlotLogits, grid: PanopticGrid): SlotLogits {
  expectShapes(where, {
    'grid.masks': [grid.masks, ['P', grid.classes.length]],
    masks: [masks, ['P', 'N']],
    classes: [classes, ['N', 'K + 1']],
  });
  expectClasses(where, grid.classes, classes.shape[1] - 1);
  return { masks: finiteLogits(masks), classes: finiteLogits(classes) };
}

/**
 * The class of every slot's mask, or void. Masks beyond the number of slots count for slot 0, as in deeplab2.
 *
 * @returns [N, K + 1]
 */
function classLabels(
  [numSlots, numClasses]: [number, number],
  { masks, classes }: PanopticGrid,
  slots: SlotMatching,
  isMatched: tf.Tensor1D,
): tf.Tensor2D {
  const isPresent = tf.cast(tf.greater(tf.sum(masks, 0), 0), 'float32'); // [R]
  const columns = slotColumns(
    slots.map((slot) => Math.max(0, slot)),
    numSlots,
  );
  const ofMasks = tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), numClasses), 'float32'); // [R, K + 1]
  const ofVoid = tf.cast(tf.oneHot(tf.tensor1d([numClasses - 1], 'int32'), numClasses), 'float32'); // [1, K + 1]
  const free = tf.expandDims(tf.sub(1, isMatched), 1);
  return tf.add(matMul<tf.Tensor2D>(tf.mul(columns, isPresent), ofMasks), tf.mul(free, ofVoid));
}

/**
 * Mask term of the PQ-style loss: Dice loss of every mask, weighted by its slot's probability of its class. Wang et al.
 * 2021 (MaX-DeepLab), eq. 11, `L^pos` first part, divided by the number of slots.
 */
export function pqMaskLoss(
  given: SlotLogits,
  grid: PanopticGrid,
  slots: SlotMatching,
  options: Pick<PqLossOptions, 'alpha'>,
): tf.Scalar {
  expectConfig('pqMaskLoss', options, PQ_LOSS, ['alpha']);
  const { alpha } = options;
  return tf.tidy(() => {
    const logits = checked('pqMaskLoss', given, grid);
    const inMasks = tf.sum(grid.masks, 1, true); // [P, 1], 0 at void and crowd pixels
    const logSums = tf.logSumExp(logits.masks, 1, true); // [P, 1]
    const predicted = tf.mul(tf.exp(tf.sub(matchedLogits(logits.masks, slots), logSums)), inMasks); // [P, R]
    const overlap = tf.sum(tf.mul(predicted, grid.masks), 0);
    const area = tf.sum(grid.masks, 0);
    const total = tf.add(tf.sum(predicted, 0), area);
    const dice = tf.sub(1, tf.div(tf.add(tf.mul(overlap, 2), 1), tf.add(total, 1))); // [R]
    const isPresent = tf.cast(tf.greater(area, 0), 'float32');
    const weights = tf.mul(tf.maximum(matchedClassProbabilities(logits, grid, slots), LEAST_WEIGHT), isPresent);
    return tf.mul(tf.sum(tf.mul(dice, weights)), alpha / logits.classes.shape[0]);
  });
}

/** Probability that each mask's slot gives to its class, 0 where it has none, without gradient. @returns [R] */
function matchedClassProbabilities({ classes }: SlotLogits, grid: PanopticGrid, slots: SlotMatching): tf.Tensor1D {
  const [numSlots, numClasses] = classes.shape;
  const probabilities = tf.softmax(detach(classes));
  const ofRows = matMul<tf.Tensor2D>(slotColumns(slots, numSlots), probabilities, true); // [R, K + 1]
  const oneHot = tf.oneHot(tf.tensor1d(grid.classes, 'int32'), numClasses);
  return tf.sum(tf.mul(ofRows, tf.cast(oneHot, 'float32')), 1);
}

/** Share of each slot's mask that lies on void pixels. @returns [N] */
function voidRatio(probabilities: tf.Tensor2D, { known }: PanopticGrid): tf.Tensor1D {
  const inVoid = tf.sum(tf.mul(probabilities, tf.expandDims(tf.sub(1, known), 1)), 0);
  return tf.div(inVoid, tf.add(tf.sum(probabilities, 0), LEAST_WEIGHT));
}
