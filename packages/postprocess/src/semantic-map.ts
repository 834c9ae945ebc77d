import { type ImageGeometry, type MaskPrediction, readTensors, resizeBilinear, type Size } from '@seg/core';
import { A_SET, expectOptions, oneOf } from '@seg/core/expect-options';
import type { SegmentMap } from '@seg/image';
import * as tf from '@tensorflow/tfjs-core';
import { type ClassProbabilities, readClassProbabilities } from './class-probabilities.ts';
import { ClassWinners } from './class-winners.ts';
import { expectGeometry } from './expect-geometry.ts';
import { atRuleSize, type HuggingFaceRule, inChunks, isHuggingFace, restoreMasks, ruleSize } from './restore-masks.ts';
import { measureSegments } from './segment-map.ts';

/**
 * Maps that are brought to the image's size: mask logits before they are weighed (models that also do panoptic), the
 * scores of the padded input (semantic models), or those that transformers makes of MaskFormer or Mask2Former.
 */
export type SemanticRule = 'masks-first' | 'scores-last' | HuggingFaceRule;

/** Options of semantic maps: classes of things, and the rule. */
export type SemanticOptions = {
  /** Class indices of things, only to be told apart in the result. */
  things?: ReadonlySet<number>;
  /** Default: `'masks-first'`. */
  rule?: SemanticRule;
};

const OPTIONS = { things: A_SET, rule: oneOf('masks-first', 'scores-last', 'huggingface', 'huggingface-384') };

/** Most bytes that the maps of the queries, or the scores of the classes, may take at once: 160 MiB, 39 maps of 800 x 1333. */
const BYTES = 160 * 2 ** 20;

/**
 * Semantic inference of mask classification (Cheng et al. 2021, §3.4): the score of a class at a pixel is Σ over
 * queries of class probability · mask probability; the highest wins, the first of equals.
 *
 * @param prediction Of one image: B = 1
 * @returns One segment for each class present, with id = class + 1. Its score is the mean, over its pixels, of its
 *   share in the scores of all classes
 */
export async function semanticMap(
  prediction: MaskPrediction,
  geometry: ImageGeometry,
  options: SemanticOptions = {},
): Promise<SegmentMap> {
  expectOptions('semanticMap', options, OPTIONS);
  const { things = new Set(), rule = 'masks-first' } = options;
  expectGeometry('semanticMap', geometry);
  const probabilities = await readClassProbabilities('semanticMap', prediction);
  const { numClasses, numQueries } = probabilities;
  if (numQueries === 0) throw new RangeError('semanticMap: expected a prediction of one query or more, got none');
  const [height, width] = geometry.originalSize;
  const winners = new ClassWinners(height * width, numClasses);
  for (const categories of splitBySize(
    range(numClasses),
    Math.max(height * width, sizeOf(summingSize(prediction.maskLogits, geometry, rule))),
  )) {
    const [best, which, sum] = await readTensors(() => {
      const scores = classScores(prediction.maskLogits, probabilities, categories, geometry, rule);
      return [tf.max(scores, 3), tf.argMax(scores, 3), tf.sum(scores, 3)];
    });
    winners.enter(best, which, sum, categories);
  }
  const { ids } = winners;
  const claims = winners.meanShares().map((score, category) => {
    return { id: category + 1, category, isThing: things.has(category), score };
  });
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
  const size = summingSize(maskLogits, geometry, rule);
  const groups = splitBySize(range(probabilities.numQueries), sizeOf(size));
  const sumOf = (count: number): tf.Tensor2D =>
    tf.tidy(() => {
      const last = scoresOfQueries(maskLogits, probabilities, groups[count - 1], categories, geometry, rule);
      return count === 1 ? last : tf.add<tf.Tensor2D>(sumOf(count - 1), last);
    });
  return tf.tidy(() => {
    const scores = tf.reshape<tf.Rank.R4>(sumOf(groups.length), [1, size[0], size[1], categories.length]);
    if (rule === 'masks-first') return scores;
    return rule === 'scores-last' ? restoreMasks(scores, geometry) : resizeBilinear(scores, geometry.originalSize);
  });
}

/** @returns [H · W, C] the part of the scores that some queries add, at the size the rule sums at */
function scoresOfQueries(
  maskLogits: tf.Tensor4D,
  { values, numClasses }: ClassProbabilities,
  queries: readonly number[],
  categories: readonly number[],
  geometry: ImageGeometry,
  rule: SemanticRule,
): tf.Tensor2D {
  return tf.tidy(() => {
    const parts = inChunks(queries, geometry).map((part) => flatMaps(maskLogits, part, geometry, rule));
    const maps = parts.length === 1 ? parts[0] : tf.concat(parts, 1);
    const weights = queries.map((query) => categories.map((category) => values[query * (numClasses + 1) + category]));
    return tf.matMul(maps, tf.tensor2d(weights));
  });
}

/** @returns [H · W, M] mask probabilities of M queries at the size the rule sums at */
function flatMaps(
  maskLogits: tf.Tensor4D,
  queries: readonly number[],
  geometry: ImageGeometry,
  rule: SemanticRule,
): tf.Tensor2D {
  return tf.tidy(() => {
    const chosen = tf.gather(maskLogits, tf.tensor1d([...queries], 'int32'), 3);
    const size = summingSize(maskLogits, geometry, rule);
    const resized = resizeForSum(chosen, geometry, rule);
    return tf.sigmoid(tf.reshape(resized, [sizeOf(size), queries.length]));
  });
}

function resizeForSum(chosen: tf.Tensor4D, geometry: ImageGeometry, rule: SemanticRule): tf.Tensor4D {
  if (isHuggingFace(rule)) return atRuleSize(chosen, rule);
  return rule === 'masks-first' ? restoreMasks(chosen, geometry) : resizeBilinear(chosen, geometry.paddedSize);
}

/** Size at which the rule adds the queries up. */
function summingSize(maskLogits: tf.Tensor4D, { originalSize, paddedSize }: ImageGeometry, rule: SemanticRule): Size {
  if (isHuggingFace(rule)) return ruleSize(maskLogits, rule);
  return rule === 'masks-first' ? originalSize : paddedSize;
}

function sizeOf([height, width]: Size): number {
  return height * width;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** Splits so that one map of `pixels` for each of a part's items stays within the bound. */
function splitBySize(items: readonly number[], pixels: number): number[][] {
  const length = Math.max(1, Math.floor(BYTES / (4 * pixels)));
  return range(Math.ceil(items.length / length)).map((i) => items.slice(i * length, (i + 1) * length));
}
