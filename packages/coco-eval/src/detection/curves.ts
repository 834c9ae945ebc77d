import { byFallingScore } from './accumulate.ts';
import type { CategoryLedger } from './ledger.ts';

/** Precision and recall after each detection that counts, by falling score; raw, not made monotone. */
export type PrecisionRecallCurve = {
  scores: Float64Array;
  precision: Float64Array;
  recall: Float64Array;
  f1: Float64Array;
  /** Objects there were to find. */
  positives: number;
  /** The point of the largest F1; null without a true positive. */
  best: { score: number; precision: number; recall: number; f1: number } | null;
};

/** Position of a curve: indices into the parameters' areas and thresholds, and the limit of detections an image. */
export type CurveSelection = { area: number; threshold: number; limit: number; thresholds: number };

/**
 * Walks the detections of one category by falling score and notes precision and recall after each that counts.
 *
 * @param imageOrder for each image number its place among all: equal scores stay in this order
 */
export function precisionRecallCurve(
  ledger: CategoryLedger,
  imageOrder: Int32Array,
  { area, threshold, limit, thresholds }: CurveSelection,
): PrecisionRecallCurve {
  const words = Math.ceil(thresholds / 32);
  const offset = area * 2 * words + (threshold >>> 5);
  const bit = 1 << (threshold & 31);
  const positives = ledger.positives[area];
  const points: [score: number, precision: number, recall: number][] = [];
  let [hits, misses] = [0, 0];
  for (const row of byFallingScore(ledger, imageOrder)) {
    if (ledger.ranks[row] >= limit) continue;
    const at = row * ledger.stride + offset;
    const hit = (ledger.bits[at] & bit) !== 0;
    if (!hit && (ledger.bits[at + words] & bit) === 0) continue;
    if (hit) hits++;
    else misses++;
    points.push([ledger.scores[row], hits / (hits + misses), positives === 0 ? 0 : hits / positives]);
  }
  const f1 = Float64Array.from(points, ([, p, r]) => (p + r === 0 ? 0 : (2 * p * r) / (p + r)));
  const top = f1.reduce((best, value, k) => (value > (f1[best] ?? 0) ? k : best), -1);
  const best =
    top === -1 ? null : { score: points[top][0], precision: points[top][1], recall: points[top][2], f1: f1[top] };
  return {
    scores: Float64Array.from(points, ([score]) => score),
    precision: Float64Array.from(points, ([, precision]) => precision),
    recall: Float64Array.from(points, ([, , recall]) => recall),
    f1,
    positives,
    best,
  };
}
