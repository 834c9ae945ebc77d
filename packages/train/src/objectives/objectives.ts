import { type MaskPrediction, type MaskTargets, seededRandom } from '@seg/core';
import {
  assignCells,
  type Mask2FormerLossConfig,
  type Mask2FormerMatching,
  type MaskFormerLossConfig,
  type MaxDeepLabLossConfig,
  type MaxDeepLabLossInputs,
  mask2FormerTerms,
  maskClassificationLoss,
  maskFormerTerms,
  matchMask2Former,
  matchMaskFormer,
  matchMaxDeepLab,
  maxDeepLabLoss,
  maxDeepLabTerms,
  type PanopticGridOptions,
  type PointSource,
  panopticGrid,
  randomPoints,
  type SlotMatching,
  type SoloAssignment,
  type SoloLossConfig,
  soloLoss,
  soloTerms,
} from '@seg/losses';
import type * as tf from '@tensorflow/tfjs-core';

import type { Collective } from '../collective/collective.ts';
import { denominatorShares, timesShare } from '../collective/denominator-shares.ts';
import type { Objective } from '../train-step.ts';
import { type MaskShares, maskShares, sharedMaskTerms } from './mask-shares.ts';

/**
 * Deep supervision of all predictions of a Mask2Former at sampled points. Cheng et al. 2022, sections 3.2 and 3.3.
 *
 * @param seed Of the points, or the points of a step
 */
export function mask2FormerObjective(
  model: { forwardAll(pixels: tf.Tensor4D): MaskPrediction[] },
  config: Mask2FormerLossConfig,
  seed: number | ((step: number) => PointSource),
): Objective<MaskPrediction[], { matching: Mask2FormerMatching; shares: MaskShares }> {
  // A prime between the steps, so that trainings with seeds beside each other do not share their points.
  const pointsAt = typeof seed === 'number' ? (step: number) => randomPoints(seededRandom(seed + step * 7919)) : seed;
  return {
    forward: (pixels) => model.forwardAll(pixels),
    numClasses: ([{ classLogits }]) => classLogits.shape[2] - 1,
    decide: async (predictions, targets, step, collective) => {
      const matching = await matchMask2Former(predictions, targets, config, pointsAt(step));
      return { matching, shares: await maskShares(predictions, matching.assignments, targets, config, collective) };
    },
    loss: (predictions, targets, { matching, shares }) => {
      const terms = sharedMaskTerms(mask2FormerTerms(predictions, targets, matching, config), shares);
      const { classification, mask, dice } = terms[terms.length - 1];
      return { total: maskClassificationLoss(terms, config), terms: { class: classification, mask, dice } };
    },
  };
}

/** Deep supervision of all predictions of a MaskFormer on whole masks. Cheng et al. 2021, section 3.3. */
export function maskFormerObjective(
  model: { forwardAll(pixels: tf.Tensor4D): MaskPrediction[] },
  config: MaskFormerLossConfig,
): Objective<MaskPrediction[], { assignments: Awaited<ReturnType<typeof matchMaskFormer>>; shares: MaskShares }> {
  return {
    forward: (pixels) => model.forwardAll(pixels),
    numClasses: ([{ classLogits }]) => classLogits.shape[2] - 1,
    decide: async (predictions, targets, _, collective) => {
      const assignments = await matchMaskFormer(predictions, targets, config);
      return { assignments, shares: await maskShares(predictions, assignments, targets, config, collective) };
    },
    loss: (predictions, targets, { assignments, shares }) => {
      const terms = sharedMaskTerms(maskFormerTerms(predictions, targets, assignments, config), shares);
      const { classification, mask, dice } = terms[terms.length - 1];
      return { total: maskClassificationLoss(terms, config), terms: { class: classification, mask, dice } };
    },
  };
}

/** Model as {@link soloObjective} needs it: its prediction, and mask logits of single cells, [1, h, w, M]. */
export type SoloTrainable<Prediction> = {
  forward(pixels: tf.Tensor4D): Prediction;
  cellMaskLogits(prediction: Prediction, at: { image: number; level: number }, cells: Int32Array): tf.Tensor4D;
};

/**
 * Categories of all cells and masks of those that have an object, for every SOLO. Wang et al. 2020, "Loss Function".
 */
export function soloObjective<Prediction extends tf.TensorContainerObject & { categoryLogits: tf.Tensor4D[] }>(
  model: SoloTrainable<Prediction>,
  config: SoloLossConfig,
): Objective<Prediction, { assignment: SoloAssignment; shares: readonly number[] }> {
  return {
    forward: (pixels) => model.forward(pixels),
    numClasses: ({ categoryLogits }) => categoryLogits[0].shape[3],
    decide: async (_, targets, __, collective) => {
      const assignment = await assignCells(targets, config);
      return { assignment, shares: await soloShares(assignment, collective) };
    },
    loss: (prediction, targets, { assignment, shares }) => {
      const { categoryLogits } = prediction;
      const inputs = {
        categoryLogits,
        cellMaskLogits: (at: { image: number; level: number }, cells: Int32Array) =>
          model.cellMaskLogits(prediction, at, cells),
      };
      const { category, mask } = soloTerms(inputs, targets, assignment, config);
      const terms = { category: timesShare(category, shares[0]), mask: timesShare(mask, shares[1]) };
      return { total: soloLoss(terms, config), terms };
    },
  };
}

/** Of the category term, divided by the cells with an object and one more, and of the mask term, by pairs of both. */
function soloShares(assignment: SoloAssignment, collective?: Collective): Promise<number[]> {
  const levels = assignment.flat();
  const cells = levels.reduce((sum, level) => sum + new Set(level.cells).size, 0);
  const pairs = levels.reduce((sum, level) => sum + level.cells.length, 0);
  return denominatorShares([{ counts: [cells], of: ([count]) => count + 1 }, { counts: [pairs] }], collective);
}

/**
 * All terms of MaX-DeepLab's loss. Targets are panoptic: masks that do not overlap, stuff included, where pixels
 * without a mask are void. Wang et al. 2021 (MaX-DeepLab), section 3.4. Each image's terms are means of its own.
 *
 * @param grid Which classes are things, and the stride of the predictions: 4. L weighs things below 4096 pixels by 3.
 */
export function maxDeepLabObjective<Prediction extends MaxDeepLabLossInputs>(
  model: { forwardAll(pixels: tf.Tensor4D): Prediction },
  config: MaxDeepLabLossConfig,
  grid: PanopticGridOptions,
): Objective<Prediction, SlotMatching[]> {
  const grids = (targets: MaskTargets[]) => targets.map((target) => panopticGrid(target, grid));
  return {
    forward: (pixels) => model.forwardAll(pixels),
    numClasses: ({ classLogits }) => classLogits.shape[2] - 1,
    decide: (prediction, targets) => matchMaxDeepLab(prediction, () => grids(targets)),
    loss: (prediction, targets, matchings) => {
      const terms = maxDeepLabTerms(prediction, grids(targets), matchings, config);
      return { total: maxDeepLabLoss(terms, config), terms };
    },
  };
}
