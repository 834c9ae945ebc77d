import { expect, test } from 'vitest';
import type { CocoGroundTruth, CocoResult } from './coco-types.ts';
import { DetectionErrors } from './error-breakdown.ts';
import { collectDetections, evaluateDetections } from './evaluate-detections.ts';
import { groupByImage } from './group-by-image.ts';
import { summarizeDetections } from './summarize.ts';

const size = [20, 30] as const;
const rle = (counts: string) => ({ size, counts });
const lists = { neg_category_ids: [], not_exhaustive_category_ids: [] };
const groundTruth: CocoGroundTruth = {
  images: [
    { id: 1, height: 20, width: 30, ...lists },
    { id: 2, height: 20, width: 30, ...lists, neg_category_ids: [7] },
  ],
  categories: [
    { id: 7, name: 'a', frequency: 'f' },
    { id: 9, name: 'b', frequency: 'r' },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 7, area: 48, bbox: [3, 2, 8, 6], segmentation: rle('n16>0000000000000j;') },
    { id: 2, image_id: 1, category_id: 7, area: 25, bbox: [15, 10, 5, 5], segmentation: rle('f95?0000000n5') },
  ],
};
const results: CocoResult[] = [
  { image_id: 1, category_id: 7, score: 0.9, segmentation: rle('hb0') },
  { image_id: 1, category_id: 7, score: 0.8, segmentation: rle('n16>0000000000000j;') },
  { image_id: 2, category_id: 7, score: 0.7, segmentation: rle('hb0') },
  { image_id: 1, category_id: 7, score: 0.6, segmentation: rle('f95?00000b6') },
];
const boxes: CocoResult[] = [
  { image_id: 1, category_id: 7, score: 0.9, bbox: [3, 2, 8, 6] },
  { image_id: 1, category_id: 7, score: 0.6, bbox: [15, 10, 5, 4] },
];

const numbers = (truth: CocoGroundTruth, found: CocoResult[], iouType: 'segm' | 'bbox' = 'segm') =>
  Object.fromEntries(
    summarizeDetections(evaluateDetections(truth, found, { rules: 'lvis', iouType })).map(({ name, value }) => [
      name,
      value,
    ]),
  );

test('empty detections are not there', () => {
  // lvis-api 7d7f07d on numpy 2.4.6 and pycocotools 2.0.11; two of the four detections have no pixel
  const { AP, AP50, APs, APm, APr, APf } = numbers(groundTruth, results);
  expect({ AP, AP50, APs, APm, APr, APf }).toEqual({
    ...{ AP: 0.8514851485148515, AP50: 1, APs: 0.8514851485148515, APm: -1, APr: -1, APf: 0.8514851485148515 },
  });
});

// By the rule of get_ann_ids, 0 < area < infinity: whatever is not there must leave every number as it is.
test.each([0, -1, Infinity, Number.NaN])('an annotation of area %d is not there, nor is its category', (area) => {
  const gone = { id: 3, image_id: 2, category_id: 7, area, bbox: [0, 0, 3, 3], segmentation: rle('hb0') };
  const ofOther = { ...gone, id: 4, category_id: 9 };
  const broken = { ...gone, id: 5, bbox: undefined, segmentation: undefined } as never;
  const truth = { ...groundTruth, annotations: [...groundTruth.annotations, gone, ofOther, broken] };
  const others = [...results, { ...results[1], image_id: 2, category_id: 9 }];
  expect(numbers(truth, others)).toEqual(numbers(groundTruth, others));
  expect(numbers(truth, boxes, 'bbox')).toEqual(numbers(groundTruth, boxes, 'bbox'));
});

test.each([[[3, 2, 0, 6]], [[3, 2, 8, 0]], [[3, 2, -8, 6]], [[3, 2, Infinity, 6]], [[3, 2, Number.NaN, 6]]])(
  'a detected box %j is not there',
  (bbox) => {
    const more = [...boxes, { ...boxes[0], score: 0.95, bbox }, { ...boxes[0], image_id: 2, bbox }];
    expect(numbers(groundTruth, more, 'bbox')).toEqual(numbers(groundTruth, boxes, 'bbox'));
    expect(collectDetections(groundTruth, more, { rules: 'lvis', iouType: 'bbox' }).result().detections).toBe(2);
  },
);

test('an annotation without an area is refused, also where it is ignored', () => {
  for (const area of [undefined, '48', null]) {
    const annotations = [{ ...groundTruth.annotations[0], area, ignore: 1 }] as never;
    expect(() => numbers({ ...groundTruth, annotations }, results)).toThrow('annotation 1: expected area, got ');
  }
});

test('the breakdown of errors does not see them either', () => {
  const errors = new DetectionErrors({ categories: groundTruth.categories, rules: 'lvis' });
  for (const image of groupByImage(groundTruth, results)) errors.add(image);
  expect(errors.result().counts).toEqual({
    class: 0,
    localization: 0,
    both: 0,
    duplicate: 0,
    background: 0,
    missed: 0,
  });
});
