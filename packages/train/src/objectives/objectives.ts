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
  panopticGrid,
  randomPoints,
  type SlotMatching,
  type SoloAssignment,
  type SoloLossConfig,
  soloLoss,
  soloTerms,
} from '@seg/losses';
import type * as tf from '@tensorflow/tfjs-core';

import type { Objective } from '../train-step.ts';

/** Deep supervision of all predictions of a Mask2Former at sampled points. Cheng et al. 2022, sections 3.2 and 3.3. */
export function mask2FormerObjective(
  model: { forwardAll(pixels: tf.Tensor4D): MaskPrediction[] },
  config: Mask2FormerLossConfig,
  seed: number,
): Objective<MaskPrediction[], Mask2FormerMatching> {
  return {
    forward: (pixels) => model.forwardAll(pixels),
    numClasses: ([{ classLogits }]) => classLogits.shape[2] - 1,
    // A prime between the steps, so that trainings with seeds beside each other do not share their points.
    decide: (predictions, targets, step) =>
      matchMask2Former(predictions, targets, config, randomPoints(seededRandom(seed + step * 7919))),
    loss: (predictions, targets, matching) => {
      const terms = mask2FormerTerms(predictions, targets, matching, config);
      const { classification, mask, dice } = terms[terms.length - 1];
      return { total: maskClassificationLoss(terms, config), terms: { class: classification, mask, dice } };
    },
  };
}

/** Deep supervision of all predictions of a MaskFormer on whole masks. Cheng et al. 2021, section 3.3. */
export function maskFormerObjective(
  model: { forwardAll(pixels: tf.Tensor4D): MaskPrediction[] },
  config: MaskFormerLossConfig,
): Objective<MaskPrediction[], Awaited<ReturnType<typeof matchMaskFormer>>> {
  return {
    forward: (pixels) => model.forwardAll(pixels),
    numClasses: ([{ classLogits }]) => classLogits.shape[2] - 1,
    decide: (predictions, targets) => matchMaskFormer(predictions, targets, config),
    loss: (predictions, targets, assignments) => {
      const terms = maskFormerTerms(predictions, targets, assignments, config);
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
): Objective<Prediction, SoloAssignment> {
  return {
    forward: (pixels) => model.forward(pixels),
    numClasses: ({ categoryLogits }) => categoryLogits[0].shape[3],
    decide: (_, targets) => assignCells(targets, config),
    loss: (prediction, targets, assignment) => {
      const { categoryLogits } = prediction;
      const inputs = {
        categoryLogits,
        cellMaskLogits: (at: { image: number; level: number }, cells: Int32Array) =>
          model.cellMaskLogits(prediction, at, cells),
      };
      const terms = soloTerms(inputs, targets, assignment, config);
      return { total: soloLoss(terms, config), terms };
    },
  };
}

/**
 * All terms of MaX-DeepLab's loss. Targets are panoptic: masks that do not overlap, stuff included, where pixels
 * without a mask are void. Wang et al. 2021 (MaX-DeepLab), section 3.4.
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
