import { detach, type MaskPrediction, type MaskTargets, resizeBilinear, resizeNearest, type Size } from '@seg/core';
import type { OptionCheck } from '@seg/core/expect-options';
import { type Assignment, classCost, diceCost, maskFocalCost, matchQueries } from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';
import { A_WEIGHT, expectConfig } from '../expect-config.ts';
import { matchedMasks, targetMasks } from '../matched-pairs.ts';
import { type MaskLossTerms, supervisedOutputs } from '../supervised-outputs.ts';
import { matchedDiceLoss } from '../terms/matched-dice-loss.ts';
import { sigmoidFocalLoss } from '../terms/sigmoid-focal-loss.ts';

/** Weights of the terms. Cheng et al. 2021, section 4.1. */
export type MaskFormerLossConfig = {
  classWeight: number;
  /** Of the focal term. */
  maskWeight: number;
  diceWeight: number;
  noObjectWeight: number;
};

/** Cheng et al. 2021, section 4.1. */
export const MASKFORMER_LOSS: MaskFormerLossConfig = {
  classWeight: 1,
  maskWeight: 20,
  diceWeight: 1,
  noObjectWeight: 0.1,
};

const CONFIG: Readonly<Record<keyof MaskFormerLossConfig, OptionCheck>> = {
  classWeight: A_WEIGHT,
  maskWeight: A_WEIGHT,
  diceWeight: A_WEIGHT,
  noObjectWeight: A_WEIGHT,
};

/**
 * Assigns targets to queries for every output, on whole masks at the size of the prediction. Cheng et al. 2021,
 * section 3.3.
 *
 * @returns By output, by image
 */
export async function matchMaskFormer(
  predictions: MaskPrediction[],
  targets: MaskTargets[],
  config: MaskFormerLossConfig,
): Promise<Assignment[][]> {
  expectConfig('matchMaskFormer', config, CONFIG, ['classWeight', 'maskWeight', 'diceWeight']);
  const flat = await matchQueries(() =>
    predictions.flatMap((prediction) => targets.map((target, image) => imageCost(prediction, target, image, config))),
  );
  return predictions.map((_, output) => flat.slice(output * targets.length, (output + 1) * targets.length));
}

function imageCost(
  { classLogits, maskLogits }: MaskPrediction,
  { classes, masks }: MaskTargets,
  image: number,
  { classWeight, maskWeight, diceWeight }: MaskFormerLossConfig,
): tf.Tensor2D {
  const [, height, width, numQueries] = maskLogits.shape;
  if (classes.length === 0) return tf.zeros([numQueries, 0]);
  return tf.tidy(() => {
    const maps = tf.slice(detach(maskLogits), [image, 0, 0, 0], [1, height, width, numQueries]);
    const logits: tf.Tensor2D = tf.transpose(tf.reshape(maps, [height * width, numQueries]));
    const maps4d = tf.expandDims(tf.cast(masks, 'float32'), -1) as tf.Tensor4D;
    const truth: tf.Tensor2D = tf.reshape(resizeNearest(maps4d, [height, width]), [classes.length, height * width]);
    const scores = tf.squeeze(tf.slice(detach(classLogits), [image, 0, 0], [1, -1, -1]), [0]) as tf.Tensor2D;
    return tf.addN([
      tf.mul(maskFocalCost(logits, truth), maskWeight),
      tf.mul(classCost(scores, tf.tensor1d(classes, 'int32')), classWeight),
      tf.mul(diceCost(logits, truth), diceWeight),
    ]) as tf.Tensor2D;
  });
}

/** The three terms of every output, on masks brought to the size of the targets. */
export function maskFormerTerms(
  predictions: MaskPrediction[],
  targets: MaskTargets[],
  assignments: Assignment[][],
  config: MaskFormerLossConfig,
): MaskLossTerms[] {
  expectConfig('maskFormerTerms', config, CONFIG, ['noObjectWeight']);
  const { noObjectWeight } = config;
  return supervisedOutputs(predictions, targets, assignments, noObjectWeight, (output, pairs, normalizer) => {
    const truth = targetMasks(targets, assignments[output]); // [M, H, W]
    const [, height, width] = truth.shape;
    const logits = resized(matchedMasks(predictions[output].maskLogits, assignments[output]), [height, width]);
    const flat: tf.Tensor2D = tf.reshape(truth, [pairs, height * width]);
    return { mask: sigmoidFocalLoss(logits, flat, normalizer), dice: matchedDiceLoss(logits, flat, normalizer) };
  });
}

/** [M, h, w] → [M, H·W] */
function resized(masks: tf.Tensor3D, size: Size): tf.Tensor2D {
  return tf.reshape(resizeBilinear(tf.expandDims(masks, -1) as tf.Tensor4D, size), [masks.shape[0], size[0] * size[1]]);
}
