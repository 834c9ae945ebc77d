import { FormatError } from '@seg/checkpoint/safetensors';
import { formulaValues, type Size } from '@seg/core';
import { type PanopticSegFormerPrediction, topDetections } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import type { TapResult } from '../compare/tap-result.ts';
import { goldenKind } from '../golden/golden.ts';
import { countSchema, noiseSchema, numberSchema, saltSchema, sideSchema, sizeSchema } from '../golden/schemas.ts';
import { comparePairs, mergeChecks, pairEntries, panopticSchema } from './panoptic-segformer-maps.ts';

const inputSchema = (shape: v.GenericSchema<unknown, number[]>) =>
  v.object({ shape, center: numberSchema, scale: numberSchema });
const tripleSchema = v.tuple([sideSchema, sideSchema, sideSchema]);
const pairSchema = v.tuple([sideSchema, v.literal(3)]);

const schema = v.object({
  salt: saltSchema,
  setup: v.object({
    image: sizeSchema,
    mask_grid: sizeSchema,
    original_shape: sizeSchema,
    thing_classes: sideSchema,
    max_per_img: sideSchema,
    quality_threshold: noiseSchema,
    overlap_threshold_things: noiseSchema,
    overlap_threshold_stuff: noiseSchema,
  }),
  inputs: v.object({
    merge_class_logits: inputSchema(tripleSchema),
    merge_boxes: inputSchema(tripleSchema),
    merge_stuff_logits: inputSchema(v.tuple([sideSchema, v.literal(1)])),
    merge_thing_blobs: inputSchema(pairSchema),
    merge_stuff_blobs: inputSchema(pairSchema),
  }),
  top100: v.object(pairEntries),
  thing_scores_sorted: v.array(numberSchema),
  thing_labels_sorted: v.array(countSchema),
  panoptic: panopticSchema,
});

type MergeGolden = v.InferOutput<typeof schema>;

/** Top pairs and the map of predictions made by formula. */
export const PANOPTIC_SEGFORMER_MERGE_GOLDENS = [
  goldenKind('golden-merge-1', ['panoptic_segformer'], schema, verifyMerge),
];

/** The file has no noise: probabilities and sums of them round to a unit in the last place of 1. */
const UNCERTAINTY = { noise: 0, rounded: 2 };

async function* verifyMerge(golden: MergeGolden, where: string): AsyncGenerator<TapResult> {
  const prediction = formulaPrediction(golden, where);
  const { setup } = golden;
  const { image: size, original_shape: originalSize } = setup;
  const rule = {
    thingClasses: setup.thing_classes,
    scoreThresholds: { things: setup.quality_threshold, stuff: setup.quality_threshold },
    overlapThresholds: { things: setup.overlap_threshold_things, stuff: setup.overlap_threshold_stuff },
  };
  const sorted = { labels: golden.thing_labels_sorted, scores: golden.thing_scores_sorted, uncertainty: UNCERTAINTY };
  try {
    yield* comparePairs(golden.top100, prediction.things, UNCERTAINTY);
    const geometry = { originalSize, resizedSize: size, paddedSize: size };
    yield* mergeChecks(where, prediction, geometry, golden.panoptic, rule, sorted);
  } finally {
    tf.dispose(prediction as tf.TensorContainer);
  }
}

/** The file's `inputs` and `blob`. */
function formulaPrediction({ inputs, setup, salt }: MergeGolden, where: string): PanopticSegFormerPrediction {
  const { merge_class_logits: logitsInput, merge_boxes: boxesInput, merge_thing_blobs: blobsInput } = inputs;
  const [, queries] = logitsInput.shape;
  if (blobsInput.shape[0] !== queries || boxesInput.shape[1] !== queries) {
    throw new FormatError(
      `${where}: expected ${queries} boxes and blobs, got ${boxesInput.shape[1]} and ${blobsInput.shape[0]}`,
    );
  }
  const values = (key: keyof MergeGolden['inputs']) =>
    formulaValues(key, inputs[key].shape, inputs[key].center, inputs[key].scale, salt);
  return tf.tidy(() => {
    const classLogits = tf.tensor3d(values('merge_class_logits'), [1, queries, logitsInput.shape[2]]);
    const boxes = tf.tensor3d(values('merge_boxes'), [1, queries, 4]);
    const detections = topDetections({ classLogits, boxes }, setup.max_per_img);
    const thingMasks = blobs(values('merge_thing_blobs'), setup.mask_grid, (u) => 1 + 2 * u);
    const masks = tf.gather(thingMasks, tf.squeeze<tf.Tensor1D>(detections.queries, [0]), 3);
    const logits = tf.tensor2d(values('merge_stuff_logits'), [1, inputs.merge_stuff_logits.shape[0]]);
    const stuffMasks = blobs(values('merge_stuff_blobs'), setup.mask_grid, (u) => 2 + 3 * u);
    return { things: { ...detections, masks }, stuff: { logits, masks: stuffMasks } };
  });
}

/** max(0, 1.4 − distance² / r²) around a center. @returns [1, h, w, M] */
function blobs(rows: Float32Array, [height, width]: Size, radius: (u: number) => number): tf.Tensor4D {
  const count = rows.length / 3;
  const values = Array.from({ length: height * width * count }, (_, i) => {
    const [pixel, k] = [Math.floor(i / count), i % count];
    const [cy, cx, r] = [rows[3 * k] * height, rows[3 * k + 1] * width, radius(rows[3 * k + 2])];
    const distance = (Math.floor(pixel / width) + 0.5 - cy) ** 2 + ((pixel % width) + 0.5 - cx) ** 2;
    return Math.max(0, 1.4 - distance / r ** 2);
  });
  return tf.tensor4d(values, [1, height, width, count]);
}
