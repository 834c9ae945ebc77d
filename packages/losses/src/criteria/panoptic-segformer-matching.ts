import { detach, resizeBilinear } from '@seg/core';
import {
  type Assignment,
  boxDistanceCost,
  boxOverlapCost,
  focalClassCost,
  maskDiceCost,
  matchQueries,
} from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';
import { A_WEIGHT, expectConfig } from '../expect-config.ts';

/** The ground truth of one image: things with boxes, stuff without. */
export type PanopticTargets = {
  things: {
    /** [T] in 0..K−1 */
    classes: Int32Array;
    /** [T, H, W] of zeros and ones */
    masks: tf.Tensor3D;
    /** [T, 4] as (cx, cy, w, h), shares of the image */
    boxes: tf.Tensor2D;
  };
  stuff: {
    /** Classes that are present, counted from 0: 0..S−1, each once */
    classes: Int32Array;
    /** [number of classes, H, W] of zeros and ones */
    masks: tf.Tensor3D;
  };
};

/** Prediction of a layer of the location decoder. */
export type BoxPrediction = {
  /** [B, N, K] */
  classLogits: tf.Tensor3D;
  /** [B, N, 4] as (cx, cy, w, h), shares of the image */
  boxes: tf.Tensor3D;
};

/** Weights of class, box distance and box overlap, in costs and losses alike. */
export type DetectionWeights = { classWeight: number; boxWeight: number; iouWeight: number };

/** Checks of {@link DetectionWeights}. */
export const DETECTION_WEIGHTS = { classWeight: A_WEIGHT, boxWeight: A_WEIGHT, iouWeight: A_WEIGHT };

/** A whole criterion's config has two fields more. */
const CONFIG = { ...DETECTION_WEIGHTS, maskWeight: A_WEIGHT, stuffClassWeight: A_WEIGHT };
const FIELDS = ['classWeight', 'boxWeight', 'iouWeight'] as const;

/**
 * Assigns things to queries for every layer of the location decoder, by class and box. The queries that the last layer
 * gives a target are those that go on to the mask decoder in training: exactly one for each thing. The authors' filter
 * is written for up to three rounds of matching, but its stop test makes it end after the first.
 *
 * @returns By layer, by image; rows are queries, ascending
 */
export async function matchLocations(
  predictions: BoxPrediction[],
  targets: PanopticTargets[],
  weights: DetectionWeights,
): Promise<Assignment[][]> {
  expectConfig('matchLocations', weights, CONFIG, FIELDS);
  const flat = await matchQueries(() =>
    predictions.flatMap((prediction) =>
      targets.map(({ things }, image) => detectionCost(ofImage(prediction, image), things, weights)),
    ),
  );
  return predictions.map((_, layer) => flat.slice(layer * targets.length, (layer + 1) * targets.length));
}

/**
 * Assigns things to the filtered queries once more, now with their masks: as many queries as things, so that only the
 * pairing changes. Classes weigh twice what they do in {@link matchLocations}, as in the released code.
 *
 * @param prediction Of the last layer of the location decoder
 * @param filtered Of the last layer, by image
 * @param masks [B, h, w, M] of the tail, for the filtered queries in their order
 * @returns By image; rows count filtered queries
 */
export async function matchThingMasks(
  prediction: BoxPrediction,
  filtered: Assignment[],
  masks: tf.Tensor4D,
  targets: PanopticTargets[],
  weights: DetectionWeights & { maskWeight: number },
): Promise<Assignment[]> {
  expectConfig('matchThingMasks', weights, CONFIG, ['classWeight', 'maskWeight']);
  const { classWeight, maskWeight } = weights;
  return matchQueries(() =>
    targets.map(({ things }, image) => {
      const { rows } = filtered[image];
      if (rows.length === 0) return tf.zeros([0, things.classes.length]);
      const whole = ofImage(prediction, image);
      const queries = tf.tensor1d(rows, 'int32');
      const chosen = { classLogits: tf.gather(whole.classLogits, queries), boxes: tf.gather(whole.boxes, queries) };
      const detection = detectionCost(chosen, things, { ...weights, classWeight: 2 * classWeight });
      return tf.add<tf.Tensor2D>(detection, tf.mul(maskCost(masks, image, rows.length, things.masks), maskWeight));
    }),
  );
}

type ImagePrediction = { classLogits: tf.Tensor2D; boxes: tf.Tensor2D };

function ofImage({ classLogits, boxes }: BoxPrediction, image: number): ImagePrediction {
  const one = (x: tf.Tensor3D): tf.Tensor2D => tf.squeeze(tf.slice(detach(x), [image, 0, 0], [1, -1, -1]), [0]);
  return { classLogits: one(classLogits), boxes: one(boxes) };
}

/** @returns [N, T] */
function detectionCost(
  { classLogits, boxes }: ImagePrediction,
  { classes, boxes: truth }: PanopticTargets['things'],
  { classWeight, boxWeight, iouWeight }: DetectionWeights,
): tf.Tensor2D {
  if (classes.length === 0) return tf.zeros([boxes.shape[0], 0]);
  return tf.addN([
    tf.mul(focalClassCost(classLogits, tf.tensor1d(classes, 'int32')), classWeight),
    tf.mul(boxDistanceCost(boxes, truth), boxWeight),
    tf.mul(boxOverlapCost(boxes, truth), iouWeight),
  ]) as tf.Tensor2D;
}

/** Targets are resized to the prediction. @returns [count, T] */
function maskCost(masks: tf.Tensor4D, image: number, count: number, truth: tf.Tensor3D): tf.Tensor2D {
  const [, height, width] = masks.shape;
  const maps = tf.slice(detach(masks), [image, 0, 0, 0], [1, height, width, count]);
  const small = resizeBilinear(tf.expandDims(tf.cast(truth, 'float32'), -1) as tf.Tensor4D, [height, width]);
  return maskDiceCost(
    tf.transpose(tf.reshape(maps, [height * width, count])),
    tf.reshape(small, [truth.shape[0], height * width]),
  );
}
