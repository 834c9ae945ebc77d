import { renamed } from '@seg/checkpoint';
import { formulaValues, type ImageGeometry, ParamStore, readTensors, type Size } from '@seg/core';
import {
  COCO_PANOPTIC,
  mergeCandidates,
  PANOPTIC_SEGFORMER_ORIGINAL_KEYS,
  PanopticSegFormer,
  type PanopticSegFormerPrediction,
  topDetections,
} from '@seg/models';
import { mergeMasks, type SegmentMap, scoreMasks } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

import { NOISE_FACTOR, type TapResult } from './compare-tap.ts';
import { formulaParameters, type Golden } from './golden-file.ts';
import { panopticSegFormerConfig } from './panoptic-segformer.ts';
import { goldenPixels } from './verify-forward.ts';

type TopPairs = { query_index: number[]; label: number[]; score: number[] };
type PanopticGolden = { shape: Size; rle: [id: number, count: number][] };

/** A forward golden that goes on to detections and the panoptic map. */
export type PanopticSegFormerDecodeGolden = Golden & {
  detections: TopPairs & { boxes: [number, number, number, number][]; score_noise: number };
  panoptic: [PanopticGolden];
};

/** Top pairs and the map of predictions made by formula: `golden-merge-1`. */
export type MergeGolden = {
  salt: number;
  setup: { image: Size; mask_grid: Size };
  inputs: Record<string, { shape: [number, number, number]; center: number; scale: number }>;
  top100: TopPairs;
  thing_scores_sorted: number[];
  thing_labels_sorted: number[];
  panoptic: PanopticGolden;
};

/** Whether a golden file holds mask-wise merging. */
export function isPanopticDecodeGolden(golden: Golden): golden is PanopticSegFormerDecodeGolden {
  return golden.model.startsWith('panoptic_segformer') && 'detections' in golden;
}

const NUM_THINGS = 80;
const THINGS = new Set(Array.from({ length: NUM_THINGS }, (_, i) => i));

/** Pixels of a map that may differ: masks at a border can tie with ½ within rounding. */
const ALLOWED_PIXELS = 2;

/** Of probabilities and sums in single precision: one unit in the last place of 1. */
const ROUNDING = 2 ** -23;

/** Checks order, scores and boxes of the detections, and every pixel of the panoptic map. */
export async function verifyPanopticSegFormerDecode(
  golden: PanopticSegFormerDecodeGolden,
  onResult: (result: TapResult) => boolean,
): Promise<void> {
  const params = new ParamStore(renamed(formulaParameters(golden), PANOPTIC_SEGFORMER_ORIGINAL_KEYS.resnet));
  const model = new PanopticSegFormer(params, panopticSegFormerConfig(golden));
  const pixels = goldenPixels(golden);
  const prediction = model.forward(pixels);
  try {
    for await (const result of decodeChecks(golden, prediction)) if (!onResult(result)) return;
  } finally {
    tf.dispose([pixels, prediction] as tf.TensorContainer);
    model.dispose();
  }
}

async function* decodeChecks(
  golden: PanopticSegFormerDecodeGolden,
  prediction: PanopticSegFormerPrediction,
): AsyncGenerator<TapResult> {
  const { detections, panoptic, taps = [] } = golden;
  const size = panoptic[0].shape;
  yield* pairChecks(detections, prediction.things, detections.score_noise);
  const boxNoise = taps.find(({ name }) => name === 'location_decoder/boxes.5')!.noise * Math.max(...size);
  const [boxes] = await readTensors(() => [cornersInside(prediction.things.boxes, size)]);
  yield valuesCheck('detections.boxes', boxes, detections.boxes.flat(), boxNoise);
  const geometry: ImageGeometry = { originalSize: size, resizedSize: size, paddedSize: size };
  const scored = await scoreMasks(await mergeCandidates(prediction, NUM_THINGS), geometry);
  yield mapCheck('panoptic', mergeMasks(scored, size, { things: THINGS }), panoptic[0]);
}

/** Checks top pairs, mask-wise scores and the map of predictions made by formula. */
export async function verifyMerge(golden: MergeGolden, onResult: (result: TapResult) => boolean): Promise<void> {
  const prediction = formulaPrediction(golden);
  try {
    for await (const result of mergeChecks(golden, prediction)) if (!onResult(result)) return;
  } finally {
    tf.dispose(prediction as tf.TensorContainer);
  }
}

async function* mergeChecks(golden: MergeGolden, prediction: PanopticSegFormerPrediction): AsyncGenerator<TapResult> {
  const size = golden.setup.image;
  yield* pairChecks(golden.top100, prediction.things, ROUNDING);
  const geometry: ImageGeometry = { originalSize: size, resizedSize: size, paddedSize: size };
  const scored = await scoreMasks(await mergeCandidates(prediction, NUM_THINGS), geometry);
  const things = scored.filter(({ category }) => THINGS.has(category));
  yield sameCheck('merge.labels by score', things.map(({ category }) => category), golden.thing_labels_sorted); // biome-ignore format: one step
  yield valuesCheck('merge.scores', things.map(({ score }) => score), golden.thing_scores_sorted, ROUNDING); // biome-ignore format: one step
  yield mapCheck('panoptic', mergeMasks(scored, size, { things: THINGS }), golden.panoptic);
}

/** The file's `inputs` and `blob`. */
function formulaPrediction({ inputs, setup, salt }: MergeGolden): PanopticSegFormerPrediction {
  const values = (key: string) => formulaValues(key, inputs[key].shape, inputs[key].center, inputs[key].scale, salt);
  return tf.tidy(() => {
    const classLogits = tf.tensor3d(values('merge_class_logits'), inputs.merge_class_logits.shape);
    const boxes = tf.tensor3d(values('merge_boxes'), inputs.merge_boxes.shape);
    const detections = topDetections({ classLogits, boxes }, 100);
    const thingMasks = blobs(values('merge_thing_blobs'), setup.mask_grid, (v) => 1 + 2 * v);
    const masks = tf.gather(thingMasks, tf.squeeze<tf.Tensor1D>(detections.queries, [0]), 3);
    const logits = tf.tensor2d(values('merge_stuff_logits'), [1, inputs.merge_stuff_logits.shape[0]]);
    const stuffMasks = blobs(values('merge_stuff_blobs'), setup.mask_grid, (v) => 2 + 3 * v);
    return { things: { ...detections, masks }, stuff: { logits, masks: stuffMasks } };
  });
}

/** max(0, 1.4 − distance² / r²) around a center. @returns [1, h, w, M] */
function blobs(rows: Float32Array, [height, width]: Size, radius: (v: number) => number): tf.Tensor4D {
  const count = rows.length / 3;
  const values = Array.from({ length: height * width * count }, (_, i) => {
    const [pixel, k] = [Math.floor(i / count), i % count];
    const [cy, cx, r] = [rows[3 * k] * height, rows[3 * k + 1] * width, radius(rows[3 * k + 2])];
    const distance = (Math.floor(pixel / width) + 0.5 - cy) ** 2 + ((pixel % width) + 0.5 - cx) ** 2;
    return Math.max(0, 1.4 - distance / r ** 2);
  });
  return tf.tensor4d(values, [1, height, width, count]);
}

async function* pairChecks(
  golden: TopPairs,
  { queries, classes, scores }: PanopticSegFormerPrediction['things'],
  noise: number,
): AsyncGenerator<TapResult> {
  const [ourQueries, ourClasses, ourScores] = await readTensors(() => [queries, classes, scores].map((x) => x.clone()));
  yield sameCheck('detections.queries', ourQueries, golden.query_index);
  yield sameCheck('detections.classes', ourClasses, golden.label);
  yield valuesCheck('detections.scores', ourScores, golden.score, noise);
}

/** Corners in pixels, kept inside the image. @param boxes [B, T, 4] centers and sizes in [0, 1] */
function cornersInside(boxes: tf.Tensor3D, [height, width]: Size): tf.Tensor3D {
  const [centers, sizes] = tf.split(boxes, 2, 2);
  const corners = [tf.sub(centers, tf.mul(sizes, 0.5)), tf.add(centers, tf.mul(sizes, 0.5))];
  return tf.mul(tf.clipByValue(tf.concat(corners, 2), 0, 1), tf.tensor1d([width, height, width, height]));
}

function sameCheck(name: string, ours: ArrayLike<number>, expected: number[]): TapResult {
  const absolute = expected.filter((value, i) => ours[i] !== value).length + Math.abs(ours.length - expected.length);
  return { name, absolute, relative: absolute / expected.length, allowed: 0, ok: absolute === 0 };
}

function valuesCheck(name: string, ours: ArrayLike<number>, expected: number[], noise: number): TapResult {
  const absolute = expected.reduce((worst, value, i) => Math.max(worst, Math.abs(ours[i] - value)), 0);
  const allowed = NOISE_FACTOR * noise;
  return { name, absolute, relative: absolute / Math.max(...expected), allowed, ok: absolute <= allowed };
}

/** The golden has COCO's category id · 1000, plus a count of things in the order of painting. */
function mapCheck(name: string, { ids, segments }: SegmentMap, { rle }: PanopticGolden): TapResult {
  let instance = 0;
  const labels = new Map(
    segments.map(({ id, category, isThing }) => [id, COCO_PANOPTIC[category].id * 1000 + (isThing ? ++instance : 0)]),
  );
  const expected = rle.flatMap(([id, count]) => new Array<number>(count).fill(id));
  const absolute = expected.filter((label, i) => (labels.get(ids[i]) ?? 0) !== label).length;
  return {
    name,
    absolute,
    relative: absolute / expected.length,
    allowed: ALLOWED_PIXELS,
    ok: absolute <= ALLOWED_PIXELS,
  };
}
