import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CocoGroundTruth, CocoId, CocoResult } from '../src/detection/coco-types.ts';
import type { ImageMatches } from '../src/detection/detection-evaluator.ts';
import { evaluateDetections } from '../src/detection/evaluate-detections.ts';
import type { DetectionOptions } from '../src/detection/options.ts';
import { averagesPerCategory, summarizeDetections } from '../src/detection/summarize.ts';
import { goldenJson } from './goldens.ts';

type Run = {
  stats: Record<string, number>;
  precision_sha256: string;
  recall_sha256: string;
  scores_sha256: string;
  evalImgs_sha256: string;
  evalImgs_len: number;
  evalImgs_none: number;
  per_category: Record<string, Record<string, number | null>>;
  run: { dt: string; iouType: 'segm' | 'bbox' | 'boundary' } & Record<string, unknown>;
};
type Hard = { gt: CocoGroundTruth; bbox: CocoResult[]; segm: CocoResult[]; both: CocoResult[] } & Record<
  'numpy1' | 'numpy2',
  Record<string, Run>
>;

// Expected: pycocotools 2.0.11 under numpy 1.24.2 and 2.4.6, boundary-iou-api 37d2558; 200 generated images.
const hard = goldenJson<Hard>('hard200.json.gz');

function optionsOf({ run }: Run): DetectionOptions {
  return {
    iouType: run.iouType,
    ...(run.useCats === 0 && { useCategories: false }),
    ...(run.maxDets !== undefined && { maxDetections: run.maxDets as number[] }),
    ...(run.iouThrs !== undefined && { iouThresholds: run.iouThrs as number[] }),
    ...(run.imgIds !== undefined && { imageIds: run.imgIds as number[] }),
    ...(run.catIds !== undefined && { categoryIds: run.catIds as number[] }),
  };
}

const sha256 = (values: Float64Array) => createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');

/** All matches in the reference's order: category, area, image. */
class MatchDigest {
  readonly byPlace = new Map<string, ImageMatches>();
  add(matches: ImageMatches): void {
    this.byPlace.set(`${matches.categoryId} ${matches.area.name} ${matches.imageId}`, matches);
  }
  digest(categories: CocoId[], areas: string[], images: CocoId[]): string {
    const hash = createHash('sha256');
    const integers = (values: ArrayLike<number>) =>
      hash.update(new Uint8Array(BigInt64Array.from(Array.from(values), BigInt).buffer));
    for (const category of categories) {
      for (const area of areas) {
        for (const image of images) {
          const matches = this.byPlace.get(`${category} ${area} ${image}`);
          if (!matches) hash.update('N');
          else {
            integers(matches.detectionIds);
            integers(matches.groundTruthIds);
            integers(matches.detectionMatches);
            integers(matches.groundTruthMatches);
            hash.update(matches.detectionIgnored);
            hash.update(matches.groundTruthIgnored);
            hash.update(new Uint8Array(Float64Array.from(matches.scores).buffer));
          }
        }
      }
    }
    return hash.digest('hex');
  }
}

const runs = (['numpy1', 'numpy2'] as const).flatMap((numpy) =>
  Object.entries(hard[numpy])
    .filter(([name]) => name !== 'versions')
    .map(([name, run]) => [numpy, name, run] as const),
);

describe.each(runs)('%s %s', (numpy, _, run) => {
  const matches = new MatchDigest();
  const results = hard[run.run.dt.slice(3, -5) as 'bbox'];
  const result = evaluateDetections(hard.gt, results, {
    ...optionsOf(run),
    onMatches: (found) => matches.add(found),
  });

  test('the twelve numbers equal the reference in every bit', () => {
    const lines = summarizeDetections(result, numpy);
    const named = Object.values(run.stats);
    expect(lines.map(({ value }) => value)).toEqual(named);
  });

  test('precision, recall and scores have the reference bytes', () => {
    expect(sha256(result.precision)).toBe(run.precision_sha256);
    expect(sha256(result.recall)).toBe(run.recall_sha256);
    expect(sha256(result.scores)).toBe(run.scores_sha256);
  });

  test('every match of every image, category and area is the reference match', () => {
    const { categories, areaRanges, imageIds } = result.parameters;
    const images = imageIds ?? hard.gt.images.map(({ id }) => id).sort((a, b) => Number(a) - Number(b));
    const ids = categories.map(({ id }) => id);
    const names = areaRanges.map(({ name }) => name);
    expect(matches.digest(ids, names, images)).toBe(run.evalImgs_sha256);
    expect(matches.byPlace.size).toBe(run.evalImgs_len - run.evalImgs_none);
  });

  test('every category has the reference averages', () => {
    for (const { category, averages } of averagesPerCategory(result, numpy)) {
      for (const [name, value] of Object.entries(run.per_category[String(category.id)])) {
        // the generator wrote the first threshold as AP50 and the sixth as AP75, whatever they were
        const misnamed = result.parameters.iouThresholds[0] !== 0.5 && (name === 'AP50' || name === 'AP75');
        if (!misnamed) expect([name, averages[name]]).toEqual([name, value]);
      }
    }
  });
});
