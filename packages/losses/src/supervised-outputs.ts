import { classCrossEntropy, type MaskPrediction, type MaskTargets } from '@seg/core';
import type { Assignment } from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';

import { classLabels, numMatched } from './matched-pairs.ts';

/** Unweighted terms of one output. */
export type MaskLossTerms = { classification: tf.Scalar; mask: tf.Scalar; dice: tf.Scalar };

/** The two terms of M matched masks, divided by `normalizer`, the number of targets in the batch. */
export type MaskTermsOf = (output: number, pairs: number, normalizer: number) => Pick<MaskLossTerms, 'mask' | 'dice'>;

/**
 * The terms of every supervised output: the class term of all queries, and the mask terms of those that have a target.
 * Outputs without a matched pair have mask terms of zero. Cheng et al. 2021 (MaskFormer), section 3.2.
 *
 * @param assignments By output, by image
 */
export function supervisedOutputs(
  predictions: MaskPrediction[],
  targets: MaskTargets[],
  assignments: Assignment[][],
  noObjectWeight: number,
  maskTerms: MaskTermsOf,
): MaskLossTerms[] {
  const total = targets.reduce((sum, { classes }) => sum + classes.length, 0);
  return predictions.map(({ classLogits, maskLogits }, output) => {
    const [batch, numQueries, numClasses] = classLogits.shape;
    const labels = classLabels(assignments[output], targets, numQueries, numClasses - 1);
    const logits: tf.Tensor2D = tf.reshape(classLogits, [batch * numQueries, numClasses]);
    const classification = classCrossEntropy(logits, labels, noObjectWeight);
    const pairs = numMatched(assignments[output]);
    if (pairs > 0) return { classification, ...maskTerms(output, pairs, Math.max(1, total)) };
    const nothing = tf.mul<tf.Scalar>(tf.sum(maskLogits), 0);
    return { classification, mask: nothing, dice: nothing };
  });
}
