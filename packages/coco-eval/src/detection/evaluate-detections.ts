import { expectThat, isCount } from '../state/expect-value.ts';
import type { DetectionResult } from './accumulate.ts';
import type { CocoGroundTruth, CocoResult } from './coco-types.ts';
import { DetectionEvaluator, type ImageMatches } from './detection-evaluator.ts';
import { groupByImage, resultKind } from './group-by-image.ts';
import type { DetectionOptions } from './options.ts';

/** Options of an evaluation of two files: its parameters, its images, and a listener of its progress. */
export type EvaluateDetectionsOptions = DetectionOptions & {
  /** Take no results as no detections, where pycocotools fails. */
  allowEmpty?: boolean;
  /** Only every n-th image, beginning with the k-th, k from 0: a part of the work whose state can be merged. */
  shard?: { index: number; count: number };
  onMatches?: (matches: ImageMatches) => void;
  onProgress?: (done: number) => void;
};

/**
 * Evaluates a results file against a ground-truth file: COCO average precision with the numbers of pycocotools 2.0.11
 * in every bit.
 *
 * @throws where the reference throws, hangs or crashes, naming the annotation or the result
 */
export function evaluateDetections(
  groundTruth: CocoGroundTruth,
  results: readonly CocoResult[],
  options: EvaluateDetectionsOptions = {},
): DetectionResult {
  return collectDetections(groundTruth, results, options).result();
}

/** As evaluateDetections, but stops at the evaluator, whose state can be saved and merged. */
export function collectDetections(
  groundTruth: CocoGroundTruth,
  results: readonly CocoResult[],
  options: EvaluateDetectionsOptions = {},
): DetectionEvaluator {
  const { allowEmpty = false, shard = { index: 0, count: 1 }, onProgress, ...rest } = options;
  requireShard(shard);
  const images = groupByImage(groundTruth, results, rest);
  const kind = allowEmpty && results.length === 0 ? {} : { resultKind: rest.resultKind ?? resultKind(results) };
  const evaluator = new DetectionEvaluator({ ...rest, ...kind, categories: groundTruth.categories });
  let place = 0;
  for (const image of images) {
    if (place++ % shard.count !== shard.index) continue;
    evaluator.add(image);
    onProgress?.(place);
  }
  return evaluator;
}

function requireShard(shard: EvaluateDetectionsOptions['shard']): void {
  const { index, count } = shard ?? {};
  const holds = isCount(index) && isCount(count) && index < count;
  expectThat(holds, 'shard', 'a whole index of 0 or more below a whole count', shard);
}
