import { detach, type MaskPrediction, type MaskTargets, offTape, readTensors, samplePoints } from '@seg/core';
import { numberIn, type OptionCheck } from '@seg/core/expect-options';
import { type Assignment, matchQueries, pairCosts } from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';
import { A_WEIGHT, expectConfig } from '../expect-config.ts';

import { matchedMasks, numMatched, targetMasks } from '../matched-pairs.ts';
import { type MaskLossTerms, supervisedOutputs } from '../supervised-outputs.ts';
import { maskCrossEntropyLoss } from '../terms/mask-cross-entropy.ts';
import { matchedDiceLoss } from '../terms/matched-dice-loss.ts';
import { type PointSource, sampleMasks, uncertainPoints } from '../uncertain-points.ts';

/** Weights of the terms and how points are sampled. Cheng et al. 2022, section 4.1. */
export type Mask2FormerLossConfig = {
  classWeight: number;
  maskWeight: number;
  diceWeight: number;
  noObjectWeight: number;
  /** Points per mask, for matching and for the loss. */
  numPoints: number;
  /** Candidates drawn per point of the loss. */
  oversampleRatio: number;
  /** Share of the points that are the most uncertain candidates. */
  importanceRatio: number;
};

/** Cheng et al. 2022, section 4.1 and the configs of the original repository: 12544 = 112² points. */
export const MASK2FORMER_LOSS: Mask2FormerLossConfig = {
  classWeight: 2,
  maskWeight: 5,
  diceWeight: 5,
  noObjectWeight: 0.1,
  numPoints: 12544,
  oversampleRatio: 3,
  importanceRatio: 0.75,
};

const CONFIG: Readonly<Record<keyof Mask2FormerLossConfig, OptionCheck>> = {
  classWeight: A_WEIGHT,
  maskWeight: A_WEIGHT,
  diceWeight: A_WEIGHT,
  noObjectWeight: A_WEIGHT,
  numPoints: numberIn({ least: 1, isWhole: true }),
  oversampleRatio: numberIn({ least: 1 }),
  importanceRatio: numberIn({ least: 0, most: 1 }),
};

const MATCHED = ['classWeight', 'maskWeight', 'diceWeight', 'numPoints', 'oversampleRatio', 'importanceRatio'] as const;

/** Decisions of the host, made before the loss is differentiated. */
export type Mask2FormerMatching = {
  /** By output, by image */
  assignments: Assignment[][];
  /** By output: [M, P, 2] */
  points: Float32Array[];
};

/**
 * Assigns targets to queries for every output, and draws the points of the loss. Nothing here carries a gradient.
 *
 * @param predictions One per supervised output, first to last
 * @param targets One per image
 */
export async function matchMask2Former(
  predictions: MaskPrediction[],
  targets: MaskTargets[],
  config: Mask2FormerLossConfig,
  source: PointSource,
): Promise<Mask2FormerMatching> {
  expectConfig('matchMask2Former', config, CONFIG, MATCHED);
  expectPoints(config);
  const flat = await matchQueries(() => {
    const maps = targets.map(
      ({ masks }) => tf.expandDims(tf.transpose(tf.cast(masks, 'float32'), [1, 2, 0]), 0) as tf.Tensor4D,
    );
    return predictions.flatMap((prediction, output) =>
      imageCosts(prediction, output, { targets, maps }, config, source),
    );
  });
  const assignments = predictions.map((_, output) =>
    flat.slice(output * targets.length, (output + 1) * targets.length),
  );
  return { assignments, points: await drawPoints(predictions, assignments, config, source) };
}

/** As many candidates as are kept of them, and no more kept than there are points. */
function expectPoints({ oversampleRatio, importanceRatio }: Mask2FormerLossConfig): void {
  const isIn = importanceRatio >= 0 && importanceRatio <= 1 && Number.isFinite(oversampleRatio);
  if (isIn && oversampleRatio >= importanceRatio) return;
  const found = `${oversampleRatio} and ${importanceRatio}`;
  throw new RangeError(
    `matchMask2Former: expected an importanceRatio of 0 to 1, and an oversampleRatio of at least that, got ${found}`,
  );
}

/**
 * Cost of every query for every target, per image: weighted sum of class, cross entropy and Dice on shared points.
 *
 * @param maps Masks of each image, channels last: [1, H, W, T]
 */
function imageCosts(
  prediction: MaskPrediction,
  output: number,
  { targets, maps }: { targets: MaskTargets[]; maps: tf.Tensor4D[] },
  { classWeight, maskWeight, diceWeight, numPoints }: Mask2FormerLossConfig,
  source: PointSource,
): tf.Tensor2D[] {
  const { classLogits, maskLogits } = prediction;
  const [, height, width, numQueries] = maskLogits.shape;
  return targets.map(({ classes }, image) => {
    const points = tf.tensor3d(source.matching(output, image, numPoints), [1, numPoints, 2]);
    if (classes.length === 0) return tf.zeros([numQueries, 0]);
    return tf.tidy(() => {
      const predicted = tf.slice(detach(maskLogits), [image, 0, 0, 0], [1, height, width, numQueries]);
      const [logits, truth] = [predicted, maps[image]].map(
        (masks) => tf.transpose(tf.squeeze(samplePoints(masks, points), [0])) as tf.Tensor2D,
      ); // [N, P], [T, P]
      const scores = tf.squeeze(tf.slice(detach(classLogits), [image, 0, 0], [1, -1, -1]), [0]) as tf.Tensor2D;
      const labels = tf.tensor1d(classes, 'int32');
      const weights = { mask: maskWeight, class: classWeight, dice: diceWeight };
      return pairCosts({ logits, targets: truth, scores, labels }, weights);
    });
  });
}

async function drawPoints(
  predictions: MaskPrediction[],
  assignments: Assignment[][],
  { numPoints, oversampleRatio, importanceRatio }: Mask2FormerLossConfig,
  source: PointSource,
): Promise<Float32Array[]> {
  const keep = Math.floor(importanceRatio * numPoints);
  const count = Math.floor(numPoints * oversampleRatio);
  const pairs = assignments.map(numMatched);
  const candidates = pairs.map((masks, output) => source.candidates(output, masks, count));
  const logits = await readTensors(() =>
    predictions.map(({ maskLogits }, output) => {
      if (pairs[output] === 0) return tf.tensor1d([]);
      const points = tf.tensor3d(candidates[output], [pairs[output], count, 2]);
      return sampleMasks(matchedMasks(detach(maskLogits), assignments[output]), points);
    }),
  );
  return pairs.map((masks, output) => {
    const anywhere = source.anywhere(output, masks, numPoints - keep);
    return uncertainPoints(logits[output] as Float32Array, candidates[output], anywhere, { masks, keep });
  });
}

/**
 * The three terms of every output, at the points that {@link matchMask2Former} drew. Masks are divided by the number
 * of targets in the batch.
 */
export function mask2FormerTerms(
  predictions: MaskPrediction[],
  targets: MaskTargets[],
  { assignments, points }: Mask2FormerMatching,
  config: Mask2FormerLossConfig,
): MaskLossTerms[] {
  expectConfig('mask2FormerTerms', config, CONFIG, ['noObjectWeight']);
  const { noObjectWeight } = config;
  return supervisedOutputs(predictions, targets, assignments, noObjectWeight, (output, pairs, normalizer) => {
    const where = tf.tensor3d(points[output], [pairs, points[output].length / 2 / pairs, 2]);
    const logits = sampleMasks(matchedMasks(predictions[output].maskLogits, assignments[output]), where); // [M, P]
    const truth = offTape(() => sampleMasks(targetMasks(targets, assignments[output]), where));
    return {
      mask: maskCrossEntropyLoss(logits, truth, normalizer),
      dice: matchedDiceLoss(logits, truth, normalizer),
    };
  });
}

/** Weighted sum of all terms of all outputs: deep supervision. Cheng et al. 2022, section 3.2.2. */
export function maskClassificationLoss(
  terms: MaskLossTerms[],
  config: { classWeight: number; maskWeight: number; diceWeight: number },
): tf.Scalar {
  expectConfig('maskClassificationLoss', config, CONFIG, ['classWeight', 'maskWeight', 'diceWeight']);
  return tf.tidy(() => {
    const weighted = terms.flatMap(({ classification, mask, dice }) => [
      tf.mul(classification, config.classWeight),
      tf.mul(mask, config.maskWeight),
      tf.mul(dice, config.diceWeight),
    ]);
    return tf.addN(weighted as tf.Scalar[]);
  });
}
