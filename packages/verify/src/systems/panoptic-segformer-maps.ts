import { FormatError } from '@seg/checkpoint/safetensors';
import { type ImageGeometry, readTensors, type Size } from '@seg/core';
import { COCO_PANOPTIC, mergeCandidates, type PanopticSegFormerPrediction } from '@seg/models';
import { type ByKind, mergeMasks, type SegmentMap, scoreMasks } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import { compareMap } from '../compare/compare-map.ts';
import { compareEqual, compareList } from '../compare/compare-values.ts';
import type { TapResult } from '../compare/tap-result.ts';
import type { Uncertainty } from '../compare/tolerance.ts';
import { countSchema, numberSchema, runsSchema, sizeSchema } from '../golden/schemas.ts';

/** Likeliest pairs of a query and a class, in order. */
export const pairEntries = {
  query_index: v.array(countSchema),
  label: v.array(countSchema),
  score: v.array(numberSchema),
};

/** COCO's category id · 1000, plus a count of things in the order of painting. */
export const panopticSchema = v.object({ shape: sizeSchema, rle: runsSchema });

/** Rule of the merge as a file configures it. */
export type MergeRule = { thingClasses: number; scoreThresholds: ByKind; overlapThresholds: ByKind };

type Pairs = { query_index: number[]; label: number[]; score: number[] };

/** Compares the pairs of a prediction. */
export async function* comparePairs(
  golden: Pairs,
  { queries, classes, scores }: PanopticSegFormerPrediction['things'],
  uncertainty: Uncertainty,
): AsyncGenerator<TapResult> {
  const [ourQueries, ourClasses, ourScores] = await readTensors(() => [queries, classes, scores].map((x) => x.clone()));
  yield compareEqual('detections.queries', ourQueries, golden.query_index);
  yield compareEqual('detections.classes', ourClasses, golden.label);
  yield compareList('detections.scores', ourScores, golden.score, uncertainty);
}

/** Compares boxes as corners in pixels, kept inside the image. @param boxes [B, T, 4] centers and sizes in [0, 1] */
export async function compareBoxes(
  boxes: tf.Tensor3D,
  [height, width]: Size,
  expected: number[],
  noise: number,
): Promise<TapResult> {
  const [corners] = await readTensors(() => {
    const [centers, sizes] = tf.split(boxes, 2, 2);
    const both = [tf.sub(centers, tf.mul(sizes, 0.5)), tf.add(centers, tf.mul(sizes, 0.5))];
    return [tf.mul(tf.clipByValue(tf.concat(both, 2), 0, 1), tf.tensor1d([width, height, width, height]))];
  });
  return compareList('detections.boxes', corners, expected, { noise });
}

/**
 * Compares mask-wise merging: scores and labels of things, where the file has them, and the map.
 *
 * @throws FormatError where the classes are not COCO's, whose ids the map has
 */
export async function* mergeChecks(
  where: string,
  prediction: PanopticSegFormerPrediction,
  geometry: ImageGeometry,
  panoptic: v.InferOutput<typeof panopticSchema>,
  { thingClasses, scoreThresholds, overlapThresholds }: MergeRule,
  sorted?: { labels: number[]; scores: number[]; uncertainty: Uncertainty },
): AsyncGenerator<TapResult> {
  if (panoptic.shape.join() !== geometry.originalSize.join()) {
    throw new FormatError(`${where}: expected a panoptic map of ${geometry.originalSize}, got ${panoptic.shape}`);
  }
  const things = new Set(Array.from({ length: thingClasses }, (_, category) => category));
  const scored = await scoreMasks(await mergeCandidates(prediction, thingClasses), geometry);
  if (sorted !== undefined) {
    const ofThings = scored.filter(({ category }) => things.has(category));
    const labels = ofThings.map(({ category }) => category);
    yield compareEqual('merge.labels by score', labels, sorted.labels);
    const scores = ofThings.map(({ score }) => score);
    yield compareList('merge.scores', scores, sorted.scores, sorted.uncertainty);
  }
  const merged = mergeMasks(scored, geometry.originalSize, { things, scoreThresholds, overlapThresholds });
  yield compareMap('panoptic', cocoLabels(where, merged), panoptic.rle);
}

function cocoLabels(where: string, { ids, segments }: SegmentMap): Int32Array {
  let instance = 0;
  const labels = new Map(
    segments.map(({ id, category, isThing }) => {
      const coco = COCO_PANOPTIC.at(category);
      if (coco === undefined) throw new FormatError(`${where}: expected COCO's 133 classes, got class ${category}`);
      return [id, coco.id * 1000 + (isThing ? ++instance : 0)];
    }),
  );
  return ids.map((id) => labels.get(id) ?? 0);
}
