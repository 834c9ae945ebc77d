import { resizeBilinear, type Size } from '@seg/core';
import type { OptionCheck } from '@seg/core/expect-options';
import { type Assignment, generalizedIou } from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';
import { expectClasses } from '../expect-classes.ts';
import { A_WEIGHT, expectConfig } from '../expect-config.ts';
import { matchedMasks, numMatched } from '../matched-pairs.ts';
import { maskDiceDistance } from '../terms/mask-dice-distance.ts';
import { sigmoidFocal } from '../terms/sigmoid-focal-loss.ts';
import type { BoxPrediction, DetectionWeights, PanopticTargets } from './panoptic-segformer-matching.ts';
import { DETECTION_WEIGHTS } from './panoptic-segformer-matching.ts';

/** Weights of the terms. */
export type PanopticSegFormerLossConfig = DetectionWeights & {
  /** Of the Dice term of things and of stuff. */
  maskWeight: number;
  /** Of the presence of stuff classes. */
  stuffClassWeight: number;
};

/** The authors' configs; the presence of stuff is weighed by 2 in the config and by 2 again in the code. */
export const PANOPTIC_SEGFORMER_LOSS: PanopticSegFormerLossConfig = {
  classWeight: 2,
  boxWeight: 5,
  iouWeight: 2,
  maskWeight: 2,
  stuffClassWeight: 4,
};

const CONFIG: Readonly<Record<keyof PanopticSegFormerLossConfig, OptionCheck>> = {
  ...DETECTION_WEIGHTS,
  maskWeight: A_WEIGHT,
  stuffClassWeight: A_WEIGHT,
};
const FIELDS = ['classWeight', 'boxWeight', 'iouWeight', 'maskWeight', 'stuffClassWeight'] as const;

/** All that training compares with targets. */
export type PanopticSegFormerOutputs = {
  /** By layer of the location decoder */
  locations: BoxPrediction[];
  /** By block of the mask decoder, the tail last: [B, h, w, M] of each image's filtered queries, then padding */
  thingMasks: tf.Tensor4D[];
  /** By block, the tail last: [B, h, w, S] */
  stuffMasks: tf.Tensor4D[];
  /** By block: [B, S] */
  stuffLogits: tf.Tensor2D[];
};

/** Assignment of things to queries. */
export type PanopticSegFormerMatching = {
  /** By layer of the location decoder, by image */
  locations: Assignment[][];
  /** By image; rows count filtered queries */
  masks: Assignment[];
};

/** Weighted terms, balanced between things and stuff: the loss is their sum. */
export type PanopticSegFormerTerms = {
  /** By layer of the location decoder */
  locations: { classification: tf.Scalar; box: tf.Scalar; iou: tf.Scalar }[];
  /** By block of the mask decoder, the tail last */
  thingMasks: tf.Scalar[];
  stuffMasks: tf.Scalar[];
  /** By block */
  stuffClasses: tf.Scalar[];
};

/**
 * All terms of the loss. Li et al. 2022, "Loss Function": L = λ_th (L_det + Σ L_seg) + λ_st Σ (L_cls + L_seg), where
 * the λ are the shares of things and of stuff in the batch. The released code has no class loss for things in the mask
 * decoder, which the paper writes.
 */
export function panopticSegFormerTerms(
  outputs: PanopticSegFormerOutputs,
  targets: PanopticTargets[],
  matching: PanopticSegFormerMatching,
  config: PanopticSegFormerLossConfig,
): PanopticSegFormerTerms {
  expectConfig('panopticSegFormerTerms', config, CONFIG, FIELDS);
  return tf.tidy(() => {
    const numThings = Math.max(1, numMatched(matching.masks));
    const numStuff = Math.max(1, targets.reduce((sum, { stuff }) => sum + stuff.classes.length, 0)); // biome-ignore format: one step
    const total = numThings + numStuff;
    // each term is a mean over its own kind, times the share of the kind: a sum over the total
    const scaled = (sum: tf.Scalar, weight: number): tf.Scalar => tf.mul(sum, weight / total);
    const { classWeight, boxWeight, iouWeight, maskWeight, stuffClassWeight } = config;
    return {
      locations: outputs.locations.map((prediction, layer) => {
        const { classification, box, iou } = detectionSums(prediction, targets, matching.locations[layer]);
        return {
          classification: scaled(classification, classWeight),
          box: scaled(box, boxWeight),
          iou: scaled(iou, iouWeight),
        };
      }),
      thingMasks: outputs.thingMasks.map((masks) => scaled(thingMaskSum(masks, targets, matching.masks), maskWeight)),
      stuffMasks: outputs.stuffMasks.map((masks) => scaled(stuffMaskSum(masks, targets), maskWeight)),
      stuffClasses: outputs.stuffLogits.map((logits) => scaled(presenceSum(logits, targets), stuffClassWeight)),
    };
  });
}

/** The sum of all terms. */
export function panopticSegFormerLoss(terms: PanopticSegFormerTerms): tf.Scalar {
  return tf.tidy(() => {
    const { locations, thingMasks, stuffMasks, stuffClasses } = terms;
    const detection = locations.flatMap(({ classification, box, iou }) => [classification, box, iou]);
    return tf.addN([...detection, ...thingMasks, ...stuffMasks, ...stuffClasses]);
  });
}

type DetectionSums = { classification: tf.Scalar; box: tf.Scalar; iou: tf.Scalar };

/** Focal loss of all queries and classes; distance and 1 − GIoU of matched boxes. Zhu et al. 2021, section A.4. */
function detectionSums(
  { classLogits, boxes }: BoxPrediction,
  targets: PanopticTargets[],
  assignments: Assignment[],
): DetectionSums {
  const classification = tf.sum<tf.Scalar>(
    sigmoidFocal(classLogits, classTargets(classLogits.shape, targets, assignments)),
  );
  if (numMatched(assignments) === 0) {
    const none = tf.mul<tf.Scalar>(tf.sum(boxes), 0);
    return { classification, box: none, iou: none };
  }
  const [batch, numQueries] = boxes.shape;
  const rows = assignments.flatMap((found, image) => Array.from(found.rows, (row) => image * numQueries + row));
  const matched = tf.gather(tf.reshape(boxes, [batch * numQueries, 4]), tf.tensor1d(rows, 'int32')); // [M, 4]
  const truth = matchedThings(targets, assignments, ({ boxes: all }) => all); // [M, 4]
  return {
    classification,
    box: tf.sum(tf.abs(tf.sub(matched, truth))),
    iou: tf.sum(tf.sub(1, generalizedIou(matched, truth))),
  };
}

/** Ones at the class of each matched query. @returns [B, N, K] */
function classTargets(
  shape: [number, number, number],
  targets: PanopticTargets[],
  assignments: Assignment[],
): tf.Tensor3D {
  const [batch, numQueries, numClasses] = shape;
  const values = new Float32Array(batch * numQueries * numClasses);
  for (const { things } of targets) expectClasses('panopticSegFormerTerms things', things.classes, numClasses);
  for (const [image, { rows, columns }] of assignments.entries()) {
    for (const [i, row] of rows.entries()) {
      values[(image * numQueries + row) * numClasses + targets[image].things.classes[columns[i]]] = 1;
    }
  }
  return tf.tensor3d(values, shape);
}

/** Boxes or masks of the matched things, image by image, queries ascending. */
function matchedThings<T extends tf.Tensor>(
  targets: PanopticTargets[],
  assignments: Assignment[],
  part: (things: PanopticTargets['things']) => T,
): T {
  const perImage = assignments.flatMap(({ columns }, image) =>
    columns.length === 0 ? [] : [tf.gather(part(targets[image].things), tf.tensor1d(columns, 'int32'))],
  );
  return tf.concat(perImage, 0);
}

function thingMaskSum(masks: tf.Tensor4D, targets: PanopticTargets[], assignments: Assignment[]): tf.Scalar {
  if (numMatched(assignments) === 0) return tf.mul(tf.sum(masks), 0);
  return diceSum(
    matchedMasks(masks, assignments),
    matchedThings(targets, assignments, (things) => things.masks),
  );
}

/** Only classes that are present have a mask. */
function stuffMaskSum(masks: tf.Tensor4D, targets: PanopticTargets[]): tf.Scalar {
  const assignments = targets.map(({ stuff }) => ({
    rows: stuff.classes,
    columns: Int32Array.from(stuff.classes.keys()),
  }));
  if (numMatched(assignments) === 0) return tf.mul(tf.sum(masks), 0);
  const present = targets.filter(({ stuff }) => stuff.classes.length > 0).map(({ stuff }) => stuff.masks);
  return diceSum(matchedMasks(masks, assignments), tf.concat(present, 0));
}

/** Predictions at twice their size, targets at that size, not rounded. @param masks [M, h, w] @param truth [M, H, W] */
function diceSum(masks: tf.Tensor3D, truth: tf.Tensor3D): tf.Scalar {
  const size: Size = [2 * masks.shape[1], 2 * masks.shape[2]];
  return tf.sum(maskDiceDistance(resized(masks, size), resized(truth, size)));
}

function resized(masks: tf.Tensor3D, size: Size): tf.Tensor3D {
  return tf.squeeze(resizeBilinear(tf.expandDims(tf.cast(masks, 'float32'), -1) as tf.Tensor4D, size), [3]);
}

/** Focal loss of the presence of every stuff class. @param logits [B, S] */
function presenceSum(logits: tf.Tensor2D, targets: PanopticTargets[]): tf.Scalar {
  const [batch, numClasses] = logits.shape;
  const values = new Float32Array(batch * numClasses);
  for (const [image, { stuff }] of targets.entries()) {
    expectClasses('panopticSegFormerTerms stuff', stuff.classes, numClasses);
    for (const k of stuff.classes) values[image * numClasses + k] = 1;
  }
  return tf.sum(sigmoidFocal(logits, tf.tensor2d(values, [batch, numClasses])));
}
