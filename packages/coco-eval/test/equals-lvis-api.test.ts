import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CocoGroundTruth, CocoResult } from '../src/detection/coco-types.ts';
import { collectDetections, evaluateDetections } from '../src/detection/evaluate-detections.ts';
import { summarizeDetections } from '../src/detection/summarize.ts';
import { goldenJson } from './goldens.ts';

type Answer = { stats: Record<string, number>; precision_sha256: string; recall_sha256: string };
type Golden = { gt: CocoGroundTruth; results: CocoResult[]; expect: Record<'segm' | 'bbox' | 'both', Answer> };

// Expected: lvis-api 7d7f07d under numpy 2.4.6, on a set that test/scripts/make_lvis_golden.py generates.
const golden = goldenJson<Golden>('lvis40.json.gz');
const without = (field: 'bbox' | 'segmentation') => golden.results.map(({ [field]: _, ...rest }) => rest);
const runs = [
  ['segm', 'segm', without('bbox')],
  ['bbox', 'bbox', without('segmentation')],
  ['both', 'segm', golden.results],
] as const;

const sha256 = (values: Float64Array) => createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');

describe.each(runs)('LVIS: %s', (name, iouType, results) => {
  const expected = golden.expect[name];

  test('the thirteen numbers and the arrays equal lvis-api in every bit', () => {
    const result = evaluateDetections(golden.gt, results, { iouType, rules: 'lvis' });
    const lines = summarizeDetections(result).map(({ name: line, value }) => [line, value]);
    expect(Object.fromEntries(lines)).toEqual(expected.stats);
    expect(sha256(result.precision)).toBe(expected.precision_sha256);
    expect(sha256(result.recall)).toBe(expected.recall_sha256);
  });

  test('three shards, merged, give the same', () => {
    const [first, ...others] = [0, 1, 2].map((index) =>
      collectDetections(golden.gt, results, { iouType, rules: 'lvis', shard: { index, count: 3 } }),
    );
    for (const other of others) first.merge(other);
    expect(sha256(first.result().precision)).toBe(expected.precision_sha256);
  });
});

test('LVIS: the set has what its rules are about', () => {
  const { images, annotations } = golden.gt;
  const perImage = new Map<unknown, number>();
  for (const { image_id } of golden.results) perImage.set(image_id, (perImage.get(image_id) ?? 0) + 1);
  expect(Math.max(...perImage.values())).toBeGreaterThan(300);
  expect(annotations.filter(({ ignore }) => ignore).length).toBeGreaterThan(5);
  expect(annotations.every(({ iscrowd }) => iscrowd === undefined)).toBe(true);
  expect(images.filter((image) => (image.not_exhaustive_category_ids ?? []).length > 0).length).toBeGreaterThan(5);
});
