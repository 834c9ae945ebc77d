import { type MaskPrediction, seededRandom } from '@seg/core';
import {
  type Mask2FormerLossConfig,
  type Mask2FormerMatching,
  type MaskFormerLossConfig,
  mask2FormerTerms,
  maskClassificationLoss,
  maskFormerTerms,
  matchMask2Former,
  matchMaskFormer,
  randomPoints,
} from '@seg/losses';
import type * as tf from '@tensorflow/tfjs-core';

import type { Objective } from './train-step.ts';

/** Deep supervision of all predictions of a Mask2Former at sampled points. Cheng et al. 2022, sections 3.2 and 3.3. */
export function mask2FormerObjective(
  model: { forwardAll(pixels: tf.Tensor4D): MaskPrediction[] },
  config: Mask2FormerLossConfig,
  seed: number,
): Objective<MaskPrediction[], Mask2FormerMatching> {
  return {
    forward: (pixels) => model.forwardAll(pixels),
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
    decide: (predictions, targets) => matchMaskFormer(predictions, targets, config),
    loss: (predictions, targets, assignments) => {
      const terms = maskFormerTerms(predictions, targets, assignments, config);
      const { classification, mask, dice } = terms[terms.length - 1];
      return { total: maskClassificationLoss(terms, config), terms: { class: classification, mask, dice } };
    },
  };
}
