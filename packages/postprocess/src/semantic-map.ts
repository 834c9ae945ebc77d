import { type ImageGeometry, type MaskPrediction, readTensors, resizeBilinear, type Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { type ClassProbabilities, readClassProbabilities } from './class-probabilities.ts';
import { inChunks, restoreMasks } from './restore-masks.ts';
import { measureSegments, type SegmentMap } from './segment-map.ts';

/**
 * What is brought to the image's size: mask logits before they are weighed (models that also do panoptic), the scores
 * of the padded input (semantic models), or the scores of Hugging Face's 384 x 384 maps.
 */
export type SemanticRule = 'masks-first' | 'scores-last' | 'huggingface';

export type SemanticOptions = {
  /** Class indices of things, only to be told apart in the result. */
  things?: ReadonlySet<number>;
  /** Default: `'masks-first'`. */
  rule?: SemanticRule;
};

const HUGGING_FACE_SIZE: Size = [384, 384];
const SCORE_BYTES = 192 * 2 ** 20;

/**
 * Semantic inference of mask classification (Cheng et al. 2021, §3.4): the score of a class at a pixel is
 * Σ over queries of class probability · mask probability; the highest wins, the first of equals.
 *
 * @param prediction Of one image: B = 1
 * @returns One segment for each class present, with id = class + 1. Its score is the mean, over its pixels, of its share
 * in the scores of all classes
 */
export async function semanticMap(
  prediction: MaskPrediction,
  geometry: ImageGeometry,
  { things = new Set(), rule = 'masks-first' }: SemanticOptions = {},
): Promise<SegmentMap> {
  const probabilities = await readClassProbabilities('semanticMap', prediction);
  const [height, width] = geometry.originalSize;
  const best = new Float32Array(height * width).fill(-1);
  const total = new Float32Array(height * width);
  const ids = new Int32Array(height * width);
  for (const categories of classChunks(probabilities.numClasses, height * width)) {
    const compute = () => [classScores(prediction.maskLogits, probabilities, categories, geometry, rule)];
    const [scores] = await readTensors(compute);
    keepHighest(scores, categories, best, total, ids);
  }
  const means = meanShares(best, total, ids, probabilities.numClasses);
  const claims = means.map((score, category) => ({ id: category + 1, category, isThing: things.has(category), score }));
  return { ids, width, height, segments: measureSegments(ids, width, claims) };
}

/** @returns [1, H, W, C] scores of C classes at the image's pixels */
export function classScores(
  maskLogits: tf.Tensor4D,
  probabilities: ClassProbabilities,
  categories: readonly number[],
  geometry: ImageGeometry,
  rule: SemanticRule,
): tf.Tensor4D {
  const queries = Array.from({ length: probabilities.numQueries }, (_, query) => query);
  const chunks = inChunks(queries, geometry);
  const sumOf = (count: number): tf.Tensor4D =>
    tf.tidy(() => {
      const last = scoresOfQueries(maskLogits, probabilities, chunks[count - 1], categories, geometry, rule);
      return count === 1 ? last : tf.add<tf.Tensor4D>(sumOf(count - 1), last);
    });
  return tf.tidy(() => {
    const scores = sumOf(chunks.length);
    if (rule === 'masks-first') return scores;
    return rule === 'scores-last' ? restoreMasks(scores, geometry) : resizeBilinear(scores, geometry.originalSize);
  });
}

/** @returns [1, H, W, C] the part of the scores that some queries add, at the size the rule sums at */
function scoresOfQueries(
  maskLogits: tf.Tensor4D,
  { values, numClasses }: ClassProbabilities,
  queries: readonly number[],
  categories: readonly number[],
  geometry: ImageGeometry,
  rule: SemanticRule,
): tf.Tensor4D {
  return tf.tidy(() => {
    const chosen = tf.gather(maskLogits, tf.tensor1d([...queries], 'int32'), 3);
    const resized =
      rule === 'masks-first'
        ? restoreMasks(chosen, geometry)
        : resizeBilinear(chosen, rule === 'scores-last' ? geometry.paddedSize : HUGGING_FACE_SIZE);
    const [, height, width] = resized.shape;
    const weights = queries.map((query) => categories.map((category) => values[query * (numClasses + 1) + category]));
    const flat = tf.reshape(tf.sigmoid(resized), [height * width, queries.length]);
    return tf.reshape(tf.matMul(flat, tf.tensor2d(weights)), [1, height, width, categories.length]);
  });
}

function classChunks(numClasses: number, pixels: number): number[][] {
  const length = Math.max(1, Math.min(numClasses, Math.floor(SCORE_BYTES / (4 * pixels))));
  const categories = Array.from({ length: numClasses }, (_, category) => category);
  return Array.from({ length: Math.ceil(numClasses / length) }, (_, i) =>
    categories.slice(i * length, (i + 1) * length),
  );
}

function keepHighest(
  scores: ArrayLike<number>,
  categories: number[],
  best: Float32Array,
  total: Float32Array,
  ids: Int32Array,
): void {
  for (let i = 0, source = 0; i < ids.length; i++) {
    for (let c = 0; c < categories.length; c++, source++) {
      total[i] += scores[source];
      if (scores[source] <= best[i]) continue;
      best[i] = scores[source];
      ids[i] = categories[c] + 1;
    }
  }
}

/** Scores sum over queries and may exceed 1; a share in them may not. */
function meanShares(best: Float32Array, total: Float32Array, ids: Int32Array, numClasses: number): number[] {
  const sums = new Float64Array(numClasses);
  const counts = new Int32Array(numClasses);
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === 0) continue;
    sums[ids[i] - 1] += total[i] > 0 ? best[i] / total[i] : 0;
    counts[ids[i] - 1]++;
  }
  return Array.from(sums, (sum, category) => sum / Math.max(1, counts[category]));
}
