import { expectShapes, type ImageGeometry, readTensors, resizeBilinear, type Size } from '@seg/core';
import { A_SET, expectOptions, expectValue, type OptionCheck } from '@seg/core/expect-options';
import type { SegmentMap } from '@seg/image';
import * as tf from '@tensorflow/tfjs-core';
import { type BitMask, expectMaskSize, isInside, packMask } from './bit-mask.ts';
import { expectGeometry } from './expect-geometry.ts';
import { A_SHARE, AN_AMOUNT, expectSize, expectValues, notFinite } from './expect-numbers.ts';
import type { ScoredMask } from './matrix-nms.ts';
import { inChunks, restoreMasks } from './restore-masks.ts';
import { measureSegments, type SegmentClaim } from './segment-map.ts';

/** Masks of one image with a class and its probability each. */
export type MaskCandidates = {
  /** [1, h, w, M] not negative; above ½ is inside */
  masks: tf.Tensor4D;
  /** M class indices */
  categories: ArrayLike<number>;
  /** M probabilities */
  probabilities: ArrayLike<number>;
  /** True: the place among the M is the number of a query, which its segment gets. Default: false. */
  queries?: boolean;
};

/** Thresholds of mask-wise merging, apart for things and stuff. */
export type MaskWiseMergeOptions = {
  /** Class indices of things. All others are stuff. */
  things: ReadonlySet<number>;
  /** Exponent of the class probability. Default: 1. */
  alpha?: number;
  /** Exponent of the mask's quality. Default: 2. */
  beta?: number;
  /** Least score. Default: 0.25 for both; 0.3 with Swin-L and PVTv2-B5. */
  scoreThresholds?: ByKind;
  /** Largest part of a mask that others may cover. Default: 0.4 and 0.2. */
  overlapThresholds?: ByKind;
};

/** A number for masks of things, and one for those of stuff. */
export type ByKind = { things: number; stuff: number };

/** The authors' configs with ResNet-50 and 101. */
const DEFAULTS = {
  alpha: 1,
  beta: 2,
  scoreThresholds: { things: 0.25, stuff: 0.25 },
  overlapThresholds: { things: 0.4, stuff: 0.2 },
};

const BY_KIND: OptionCheck = [
  'a number each for things and stuff',
  (value) => typeof value === 'object' && value !== null,
];
const OPTIONS = {
  things: A_SET,
  alpha: AN_AMOUNT,
  beta: AN_AMOUNT,
  scoreThresholds: BY_KIND,
  overlapThresholds: BY_KIND,
};
const GROUPS: OptionCheck = ['a list of masks with their classes', Array.isArray];

function expectMerge(where: string, options: MaskWiseMergeOptions): void {
  expectTerms(where, options);
  expectValue(where, 'things', options?.things, A_SET);
}

function expectTerms(where: string, options: Partial<MaskWiseMergeOptions>): void {
  expectOptions(where, options, OPTIONS);
  const { scoreThresholds, overlapThresholds } = options ?? {};
  for (const [name, byKind] of Object.entries({ scoreThresholds, overlapThresholds })) {
    if (byKind === undefined) continue;
    for (const kind of ['things', 'stuff'] as const) expectValue(where, `${name}.${kind}`, byKind[kind], A_SHARE);
  }
}

/**
 * Panoptic map by mask-wise merging: masks are painted one by one, best first, where nothing is painted yet; one that
 * finds too much of itself covered is dropped. Li et al. 2022 (Panoptic SegFormer), "Mask-Wise Merging Inference".
 *
 * @param groups Masks of things and of stuff, say; earlier ones come first where scores are equal
 */
export async function maskWiseMerge(
  groups: readonly MaskCandidates[],
  geometry: ImageGeometry,
  options: MaskWiseMergeOptions,
): Promise<SegmentMap> {
  expectMerge('maskWiseMerge', options);
  expectGeometry('maskWiseMerge', geometry);
  return mergeMasks(await scoreMasks(groups, geometry, options), geometry.originalSize, options);
}

/**
 * Every mask at the pixels of the image, by descending score p^α · q^β, with the class probability p and the quality
 * q = Σ m / (|m > ½| + 1) over the pixels inside. Scores can exceed 1, since masks can.
 */
export async function scoreMasks(
  groups: readonly MaskCandidates[],
  geometry: ImageGeometry,
  options: Partial<MaskWiseMergeOptions> = {},
): Promise<ScoredMask[]> {
  expectTerms('scoreMasks', options);
  expectValue('scoreMasks', 'groups', groups, GROUPS);
  const { alpha = DEFAULTS.alpha, beta = DEFAULTS.beta } = options;
  expectGeometry('scoreMasks', geometry);
  for (const group of groups) expectCandidates(group);
  const scored: ScoredMask[] = [];
  for (const { masks, categories, probabilities, queries } of groups) {
    for (const chunk of inChunks([...Array(masks.shape[3]).keys()], geometry)) {
      const [values] = await readTensors(() => [aboveHalf(masks, chunk, geometry)]);
      for (const [k, index] of chunk.entries()) {
        const mask = packMask(values, k, chunk.length, geometry.originalSize);
        const quality = sumInside(values, k, chunk.length) / (mask.area + 1);
        const score = probabilities[index] ** alpha * quality ** beta;
        scored.push({ category: categories[index], score, mask, ...(queries && { query: index }) });
      }
    }
  }
  return scored.sort((a, b) => b.score - a.score);
}

/** @throws unless every mask has a class and a probability */
function expectCandidates({ masks, categories, probabilities }: MaskCandidates): void {
  const { M } = expectShapes('scoreMasks', { masks: [masks, [1, 'h', 'w', 'M']] });
  expectValues('scoreMasks', 'categories', categories, M);
  expectValues('scoreMasks', 'probabilities', probabilities, M);
  const wrong = Array.from(categories).findIndex((category) => !(Number.isSafeInteger(category) && category >= 0));
  if (wrong !== -1)
    throw new RangeError(`scoreMasks: expected a category of 0 or more for mask ${wrong}, got ${categories[wrong]}`);
  for (let i = 0; i < M; i++) expectValue('scoreMasks', `probabilities[${i}]`, probabilities[i], A_SHARE);
}

/** Paints masks in their order. @param scored As {@link scoreMasks} gives them */
export function mergeMasks(scored: readonly ScoredMask[], size: Size, options: MaskWiseMergeOptions): SegmentMap {
  expectMerge('mergeMasks', options);
  expectValue('mergeMasks', 'scored', scored, GROUPS);
  const { things } = options;
  const { scoreThresholds = DEFAULTS.scoreThresholds, overlapThresholds = DEFAULTS.overlapThresholds } = options;
  expectSize('mergeMasks', 'size', size);
  for (const { mask } of scored) expectMaskSize('mergeMasks', mask, size);
  const [height, width] = size;
  const ids = new Int32Array(height * width);
  const claims: SegmentClaim[] = [];
  for (const { category, score, mask, query } of scored) {
    const isThing = things.has(category);
    const kind = isThing ? 'things' : 'stuff';
    if (score < scoreThresholds[kind] || mask.area === 0) continue;
    if (coveredArea(mask, ids) / mask.area > overlapThresholds[kind]) continue;
    const id = claims.length + 1;
    claims.push({ id, category, isThing, score: Math.min(1, score), ...(query !== undefined && { query }) });
    paint(mask, ids, id);
  }
  return { ids, width, height, segments: measureSegments(ids, width, claims) };
}

/**
 * m − ½ at the image's pixels, so that inside is above zero. Masks go from the network's size straight to the image's
 * where the input had no padding, as the authors' always do.
 *
 * @returns [1, H, W, chunk]
 */
function aboveHalf(masks: tf.Tensor4D, chunk: number[], geometry: ImageGeometry): tf.Tensor4D {
  return tf.tidy(() => {
    const { paddedSize, resizedSize, originalSize } = geometry;
    const chosen = tf.gather(masks, tf.tensor1d(chunk, 'int32'), 3);
    const isPadded = paddedSize.join() !== resizedSize.join();
    return tf.sub(isPadded ? restoreMasks(chosen, geometry) : resizeBilinear(chosen, originalSize), 0.5);
  });
}

/** Σ m over the pixels inside, in doubles. */
function sumInside(aboveHalf: ArrayLike<number>, index: number, count: number): number {
  let sum = 0;
  for (let i = index; i < aboveHalf.length; i += count) {
    if (aboveHalf[i] <= 0) continue;
    if (Number.isNaN(aboveHalf[i])) throw notFinite('scoreMasks', 'masks');
    sum += aboveHalf[i] + 0.5;
  }
  return sum;
}

function coveredArea(mask: BitMask, ids: Int32Array): number {
  let covered = 0;
  for (let i = 0; i < ids.length; i++) if (ids[i] > 0 && isInside(mask, i)) covered++;
  return covered;
}

function paint(mask: BitMask, ids: Int32Array, id: number): void {
  for (let i = 0; i < ids.length; i++) if (ids[i] === 0 && isInside(mask, i)) ids[i] = id;
}
