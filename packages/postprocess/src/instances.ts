import { type ImageGeometry, type MaskPrediction, readTensors, resizeNearest } from '@seg/core';
import { A_FLAG, A_SET, expectOptions, oneOf } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { type BitMask, packMask } from './bit-mask.ts';
import { type ClassProbabilities, readClassProbabilities } from './class-probabilities.ts';
import { expectGeometry } from './expect-geometry.ts';
import { A_COUNT, A_SHARE, notFinite } from './expect-numbers.ts';
import { withoutDoubles } from './mask-nms.ts';
import { atRuleSize, type HuggingFaceRule, inChunks, isHuggingFace, restoreMasks } from './restore-masks.ts';

/** One detected object. */
export type Instance = {
  /** Class index, 0 to K − 1. */
  category: number;
  /** Class probability times the mean mask probability inside the mask. */
  score: number;
  mask: BitMask;
  /** Its number where something counts objects, a tracker for one. */
  id?: number;
  /** Number of the network's query that it comes from; only where it was asked for. */
  query?: number;
  /** Vector by which the network describes it, [D]; only where it was asked for. */
  embedding?: Float32Array;
};

/** The objects of an image, most certain first. Masks may overlap. */
export type InstanceList = { instances: Instance[]; width: number; height: number };

/** Publisher's rule for instances. */
export type InstanceRule = 'mask2former' | HuggingFaceRule;

/** Options of instances: classes that count, the rule, and its thresholds. */
export type InstanceOptions = {
  /** Keeps only these classes, after the best have been chosen among all. Default: keeps all. */
  things?: ReadonlySet<number>;
  /** Default: `'mask2former'`. */
  rule?: InstanceRule;
  /** Number of pairs of query and class to look at. Default: 100, or the number of queries for transformers' rules. */
  topK?: number;
  /** Least score. Default: 0, or 0.5 for transformers' rules. */
  scoreThreshold?: number;
  /** Intersection over union above which, of two of a class, the better alone is kept. Default: both are, as published. */
  nmsThreshold?: number;
  /** Gives instances the number of their query. Default: false. */
  queries?: boolean;
};

type Candidate = { query: number; category: number; probability: number };
type RestoredMask = { mask: BitMask; certainty: number };

const OPTIONS = {
  things: A_SET,
  rule: oneOf('mask2former', 'huggingface', 'huggingface-384'),
  topK: A_COUNT,
  scoreThreshold: A_SHARE,
  nmsThreshold: A_SHARE,
  queries: A_FLAG,
};

/**
 * Instance inference of mask classification (Mask2Former 9b0651c `instance_inference`): the likeliest pairs of query
 * and class, each with the query's mask (logit above 0) and class probability · mean mask probability as score. A query
 * may appear with several classes. transformers 5.18 drops empty masks and cuts them at the size of the logits for
 * MaskFormer (`'huggingface'`), at 384 x 384 for Mask2Former (`'huggingface-384'`).
 *
 * @param prediction Of one image: B = 1
 */
export async function instances(
  prediction: MaskPrediction,
  geometry: ImageGeometry,
  options: InstanceOptions = {},
): Promise<InstanceList> {
  expectOptions('instances', options, OPTIONS);
  expectGeometry('instances', geometry);
  const { rule = 'mask2former', things, nmsThreshold } = options;
  const probabilities = await readClassProbabilities('instances', prediction);
  const { topK = isHuggingFace(rule) ? probabilities.numQueries : 100 } = options;
  const { scoreThreshold = isHuggingFace(rule) ? 0.5 : 0 } = options;
  const candidates = likeliest(probabilities, topK)
    .filter(({ category }) => things === undefined || things.has(category))
    .filter(({ probability }) => probability >= scoreThreshold); // the mask can only lower it
  const masks = await restoredMasks(prediction.maskLogits, candidates, geometry, rule);
  const found = candidates
    .map(({ query, category, probability }): Instance => {
      const { mask, certainty } = masks.get(query)!;
      return { category, score: probability * certainty, mask, ...(options.queries && { query }) };
    })
    .filter(({ score, mask }) => score >= scoreThreshold && (rule === 'mask2former' || mask.area > 0))
    .sort((a, b) => b.score - a.score);
  const [height, width] = geometry.originalSize;
  return { instances: withoutDoubles(found, nmsThreshold), width, height };
}

/** The `topK` most probable pairs of query and class, no-object aside; the first of equals. */
function likeliest({ values, numQueries, numClasses }: ClassProbabilities, topK: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (let query = 0; query < numQueries; query++) {
    for (let category = 0; category < numClasses; category++) {
      candidates.push({ query, category, probability: values[query * (numClasses + 1) + category] });
    }
  }
  return candidates.sort((a, b) => b.probability - a.probability).slice(0, topK);
}

/** The mask of each query among the candidates, restored once however many classes it appears with. */
async function restoredMasks(
  maskLogits: tf.Tensor4D,
  candidates: Candidate[],
  geometry: ImageGeometry,
  rule: InstanceRule,
): Promise<Map<number, RestoredMask>> {
  const queries = [...new Set(candidates.map(({ query }) => query))];
  const masks = new Map<number, RestoredMask>();
  for (const chunk of inChunks(queries, geometry)) {
    const [weighed, cut] = await readTensors(() => restore(maskLogits, chunk, geometry, rule));
    const certainties = meanInside(weighed, chunk.length);
    for (const [k, query] of chunk.entries()) {
      const mask = packMask(cut ?? weighed, k, chunk.length, geometry.originalSize);
      masks.set(query, { mask, certainty: certainties[k] });
    }
  }
  return masks;
}

/**
 * @returns [1, H, W, M] logits, which are weighed and cut alike; of transformers' rules [1, h, w, M] logits to weigh, and
 * [1, H, W, M] their signs, brought over by nearest neighbor
 */
function restore(maskLogits: tf.Tensor4D, queries: number[], geometry: ImageGeometry, rule: InstanceRule): tf.Tensor[] {
  return tf.tidy(() => {
    const chosen: tf.Tensor4D = tf.gather(maskLogits, tf.tensor1d(queries, 'int32'), 3);
    if (!isHuggingFace(rule)) return [restoreMasks(chosen, geometry)];
    const logits = atRuleSize(chosen, rule);
    const signs = tf.cast<tf.Tensor4D>(tf.greater(logits, 0), 'float32');
    return [logits, resizeNearest(signs, geometry.originalSize)];
  });
}

/** Σ σ(logit) / (pixels + 1e-6) over the pixels above 0, in doubles: float32 sums of so many lose the fifth digit. */
function meanInside(logits: ArrayLike<number>, count: number): number[] {
  const sums = new Float64Array(count);
  const areas = new Int32Array(count);
  for (let i = 0; i < logits.length; i += count) {
    for (let k = 0; k < count; k++) {
      if (logits[i + k] <= 0) continue;
      if (Number.isNaN(logits[i + k])) throw notFinite('instances', 'mask logits');
      sums[k] += 1 / (1 + Math.exp(-logits[i + k]));
      areas[k]++;
    }
  }
  return Array.from(sums, (sum, k) => sum / (areas[k] + 1e-6));
}
