import type { CocoAnnotation, CocoId, CocoImage, CocoResult } from './coco-types.ts';
import type { Detected, Truth } from './image-objects.ts';
import { LVIS_MAX_DETECTIONS } from './parameters.ts';

/** The objects of one category in one image. */
export type Pair = { truths: Truth[]; detected: Detected[]; notExhaustive: boolean };

/** By falling score, equal ones as they came, NaN last. */
export function fallingScores<T extends { score: number }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => {
    if (a.score > b.score) return -1;
    if (a.score < b.score) return 1;
    return a.score === b.score ? 0 : Number(Number.isNaN(a.score)) - Number(Number.isNaN(b.score));
  });
}

/** LVIS: the best 300 of the image, and of these only categories known to be there or not to be there. */
export function federated(
  image: CocoImage,
  annotations: readonly CocoAnnotation[],
  detections: readonly CocoResult[],
): readonly CocoResult[] {
  const many = detections.length > LVIS_MAX_DETECTIONS;
  const best = many ? fallingScores(detections).slice(0, LVIS_MAX_DETECTIONS) : detections;
  const judged = new Set(annotations.map(({ category_id }) => category_id));
  for (const id of listed(image, 'neg_category_ids')) judged.add(id);
  return best.filter(({ category_id }) => judged.has(category_id));
}

/** A list of category ids that LVIS keeps with an image, empty if absent. @throws if it is no list */
export function listed(image: CocoImage, field: 'neg_category_ids' | 'not_exhaustive_category_ids'): readonly CocoId[] {
  const list = image[field] ?? [];
  if (!Array.isArray(list)) throw new TypeError(`image ${image.id}: expected a list of ${field}, got ${typeof list}`);
  return list;
}

/** All categories as one, in the order of their ids. */
export function joined(pairs: Map<number, Pair>): [number, Pair][] {
  if (pairs.size === 0) return [];
  const ordered = [...pairs].sort(([a], [b]) => a - b).map(([, pair]) => pair);
  const truths = ordered.flatMap((pair) => pair.truths);
  return [[0, { truths, detected: ordered.flatMap((pair) => pair.detected), notExhaustive: false }]];
}
