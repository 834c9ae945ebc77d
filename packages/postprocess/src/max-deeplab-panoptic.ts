import type { ImageGeometry, MaskPrediction, Size } from '@seg/core';
import { A_FLAG, A_SET, expectOptions, expectValue } from '@seg/core/expect-options';
import { resizeLabels, type SegmentMap } from '@seg/image';
import { type ClassProbabilities, readClassProbabilities } from './class-probabilities.ts';
import { expectGeometry } from './expect-geometry.ts';
import { A_SHARE, AN_AMOUNT, expectSize } from './expect-numbers.ts';
import { type SlotWinners, slotWinners } from './max-deeplab-winners.ts';
import { measureSegments, type SegmentClaim } from './segment-map.ts';

/** Thresholds of MaX-DeepLab's inference. */
export type MaxDeepLabPanopticOptions = {
  /** Class indices of things. All others are stuff, of which an image has one segment each. */
  things: ReadonlySet<number>;
  /** Least probability of a slot's class. Default: 0.7. */
  classThreshold?: number;
  /** Least probability of a pixel's slot, exclusive. Default: 0.4. */
  pixelThreshold?: number;
  /** Least area of a thing, in pixels of the padded input. Default: 100, for crops of 641. */
  thingArea?: number;
  /** Least area of all slots of a stuff class. Default: 1600, for crops of 641. */
  stuffArea?: number;
  /** Gives things the number of their slot. Default: false. */
  queries?: boolean;
};

const OPTIONS = {
  things: A_SET,
  classThreshold: A_SHARE,
  pixelThreshold: A_SHARE,
  thingArea: AN_AMOUNT,
  stuffArea: AN_AMOUNT,
  queries: A_FLAG,
};

/** Least areas by the side of the crop, in pixels of it: deeplab2's configs. */
export const MAX_DEEPLAB_AREAS = {
  641: { thingArea: 100, stuffArea: 1600 },
  1025: { thingArea: 256, stuffArea: 4096 },
} as const;

/**
 * Least areas for an input of some size, in pixels of it: those of 641 and 1025, and in proportion to its area at others.
 *
 * @param paddedSize Of the input
 */
export function maxDeepLabAreas([height, width]: Size): { thingArea: number; stuffArea: number } {
  expectSize('maxDeepLabAreas', 'paddedSize', [height, width]);
  const thingArea = Math.round((MAX_DEEPLAB_AREAS[641].thingArea * height * width) / 641 ** 2);
  return { thingArea, stuffArea: 16 * thingArea };
}

/** A slot that is sure of its class. */
type Slot = { slot: number; category: number; score: number };

/**
 * Panoptic inference by two argmaxes: every slot takes its best class, every pixel its best slot. Unsure slots and pixels
 * are void, and so are pixels of unsure slots. Wang et al. 2021 (MaX-DeepLab), section 3.1; deeplab2
 * `post_processor/max_deeplab`. Things have their slot + 1 as id, stuff the number of slots + 1 + class.
 *
 * @param prediction Of one image: B = 1
 */
export async function maxDeepLabPanoptic(
  prediction: MaskPrediction,
  geometry: ImageGeometry,
  options: MaxDeepLabPanopticOptions,
): Promise<SegmentMap> {
  expectOptions('maxDeepLabPanoptic', options, OPTIONS);
  expectValue('maxDeepLabPanoptic', 'things', options?.things, A_SET);
  expectGeometry('maxDeepLabPanoptic', geometry);
  const { classThreshold = 0.7, pixelThreshold = 0.4 } = options;
  const probabilities = await readClassProbabilities('maxDeepLabPanoptic', prediction);
  const slots = confidentSlots(probabilities, classThreshold);
  const [height, width] = geometry.originalSize;
  if (slots.length === 0) return { ids: new Int32Array(height * width), width, height, segments: [] };
  const kept = slots.map(({ slot }) => slot);
  const winners = await slotWinners(prediction.maskLogits, kept, geometry.paddedSize);
  const claims = slots.map((slot) => claimOf(slot, probabilities.numQueries, options));
  const padded = largeEnough(claimedPixels(winners, claims, pixelThreshold), claims, options);
  const ids = inImage(padded, geometry);
  return { ids, width, height, segments: measureSegments(ids, width, mergedClaims(claims)) };
}

/**
 * Semantic inference: the class of every pixel's best slot, whatever its size and certainty; deeplab2's second pass without
 * thresholds.
 *
 * @param prediction Of one image: B = 1
 * @returns One segment for each class present, with id = class + 1. Its score is that of the surest slot
 */
export async function maxDeepLabSemantic(
  prediction: MaskPrediction,
  geometry: ImageGeometry,
  options: Pick<MaxDeepLabPanopticOptions, 'things'>,
): Promise<SegmentMap> {
  expectOptions('maxDeepLabSemantic', options, { things: A_SET });
  expectValue('maxDeepLabSemantic', 'things', options?.things, A_SET);
  const { things } = options;
  const everything = { things, classThreshold: 0, pixelThreshold: 0, thingArea: 0, stuffArea: 0 };
  const { ids: slots, width, height, segments } = await maxDeepLabPanoptic(prediction, geometry, everything);
  const categories = new Map(segments.map(({ id, category }) => [id, category]));
  const ids = slots.map((id) => categories.get(id)! + 1);
  const claims = segments.map(({ category, isThing, score }) => ({ id: category + 1, category, isThing, score }));
  return { ids, width, height, segments: measureSegments(ids, width, mergedClaims(claims)) };
}

/** Slots whose best class but void reaches the threshold. */
function confidentSlots({ values, numQueries, numClasses }: ClassProbabilities, threshold: number): Slot[] {
  const kept: Slot[] = [];
  for (let slot = 0; slot < numQueries; slot++) {
    const row = values.subarray(slot * (numClasses + 1), slot * (numClasses + 1) + numClasses);
    let category = 0;
    for (let c = 1; c < numClasses; c++) if (row[c] > row[category]) category = c;
    if (row[category] >= threshold) kept.push({ slot, category, score: row[category] });
  }
  return kept;
}

function claimOf({ slot, category, score }: Slot, numSlots: number, options: MaxDeepLabPanopticOptions): SegmentClaim {
  const isThing = options.things.has(category);
  const id = isThing ? slot + 1 : numSlots + 1 + category;
  return { id, category, isThing, score, ...(options.queries && { query: slot }) };
}

function claimedPixels({ winner, probability }: SlotWinners, claims: SegmentClaim[], threshold: number): Int32Array {
  return winner.map((k, i) => (k >= 0 && probability[i] > threshold ? claims[k].id : 0));
}

/** Drops ids of too few pixels. */
function largeEnough(ids: Int32Array, claims: SegmentClaim[], options: MaxDeepLabPanopticOptions): Int32Array {
  const { thingArea = MAX_DEEPLAB_AREAS[641].thingArea, stuffArea = MAX_DEEPLAB_AREAS[641].stuffArea } = options;
  const areas = new Map<number, number>();
  for (const id of ids) areas.set(id, (areas.get(id) ?? 0) + 1);
  const isKept = ({ id, isThing }: SegmentClaim) => (areas.get(id) ?? 0) >= (isThing ? thingArea : stuffArea);
  const kept = new Set(claims.filter(isKept).map(({ id }) => id));
  return ids.map((id) => (kept.has(id) ? id : 0));
}

/** Cuts the padding off and picks the original image's pixels. */
function inImage(padded: Int32Array, { originalSize, resizedSize, paddedSize }: ImageGeometry): Int32Array {
  const [height, width] = resizedSize;
  const cropped = new Int32Array(height * width);
  for (let y = 0; y < height; y++) {
    cropped.set(padded.subarray(y * paddedSize[1], y * paddedSize[1] + width), y * width);
  }
  return resizeLabels(cropped, resizedSize, originalSize);
}

/** One claim an id, with the best score of those that share it. */
function mergedClaims(claims: SegmentClaim[]): SegmentClaim[] {
  const byId = new Map<number, SegmentClaim>();
  for (const claim of claims) {
    const score = Math.max(claim.score, byId.get(claim.id)?.score ?? 0);
    byId.set(claim.id, { ...claim, score });
  }
  return [...byId.values()];
}
