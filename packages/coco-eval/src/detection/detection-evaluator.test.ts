import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goldenJson } from '../../test/goldens.ts';
import type { CocoAnnotation, CocoGroundTruth, CocoResult } from './coco-types.ts';
import { DetectionConfusionMatrix } from './detection-confusion.ts';
import { DetectionEvaluator } from './detection-evaluator.ts';
import { DetectionErrors } from './error-breakdown.ts';
import { collectDetections, evaluateDetections } from './evaluate-detections.ts';
import { groupByImage } from './group-by-image.ts';
import { checkDetections } from './health-check.ts';
import { summarizeDetections } from './summarize.ts';

const hard = goldenJson<{ gt: CocoGroundTruth; segm: CocoResult[]; bbox: CocoResult[] }>('hard200.json.gz');
const curves = ({ precision, recall, scores }: ReturnType<typeof evaluateDetections>) => [precision, recall, scores];

test('listening to matches, which makes those of nothing with something too, changes no bit', () => {
  for (const iouType of ['segm', 'bbox'] as const) {
    let heard = 0;
    const heardOut = evaluateDetections(hard.gt, hard[iouType], { iouType, onMatches: () => heard++ });
    expect(curves(evaluateDetections(hard.gt, hard[iouType], { iouType }))).toEqual(curves(heardOut));
    expect(heard).toBeGreaterThan(1000);
  }
});

test('a mask that is compared with nothing is checked all the same', () => {
  const evaluator = new DetectionEvaluator({ categories: [{ id: 1 }] });
  const segmentation = { size: [4, 4] as const, counts: '05;' }; // 0 + 5 + 11 = 16
  const detection = { image_id: 1, category_id: 1, score: 1, segmentation };
  const torn = { ...detection, segmentation: { ...segmentation, counts: '05:' } };
  expect(() => evaluator.add({ image: { id: 1 }, annotations: [], detections: [torn] })).toThrow(
    'result 1: parseRle: expected runs of 16 pixels for 4 x 4, got 15',
  );
  evaluator.add({ image: { id: 1 }, annotations: [], detections: [detection] });
  expect(evaluator.result().detections).toBe(1);
});

test('images in any order give the bits of one run', () => {
  const whole = evaluateDetections(hard.gt, hard.segm);
  const images = [...groupByImage(hard.gt, hard.segm)].reverse();
  const evaluator = new DetectionEvaluator({ categories: hard.gt.categories });
  for (const image of images) evaluator.add(image);
  expect(curves(evaluator.result())).toEqual(curves(whole));
});

test('shards, saved, sent and merged in any order, give the bits of one run', () => {
  const whole = evaluateDetections(hard.gt, hard.bbox, { iouType: 'bbox' });
  const shards = [2, 0, 1].map((index) => {
    const shard = collectDetections(hard.gt, hard.bbox, { iouType: 'bbox', shard: { index, count: 3 } });
    return DetectionEvaluator.restore(JSON.parse(JSON.stringify(shard.save())));
  });
  shards[0].merge(shards[1]);
  shards[0].merge(shards[2]);
  const merged = shards[0].result();
  expect(curves(merged)).toEqual(curves(whole));
  expect(summarizeDetections(merged)).toEqual(summarizeDetections(whole));
  expect(() => shards[0].merge(shards[1])).toThrow('DetectionEvaluator.merge: expected image');
  const other = new DetectionEvaluator({ categories: hard.gt.categories });
  expect(() => shards[0].merge(other)).toThrow('DetectionEvaluator.merge: expected equal parameters');
});

test('states that are none, or cut short, are refused', () => {
  expect(() => DetectionEvaluator.restore({} as never)).toThrow('expected a state of kind detection');
  const state = new DetectionEvaluator({ categories: [{ id: 1 }] }).save();
  expect(() => DetectionEvaluator.restore({ ...state, ledgers: [] })).toThrow('expected 1 categories in the state');
  const [ledger] = state.ledgers;
  const torn = [{ ...ledger, scores: btoa('12345678') }];
  expect(() => DetectionEvaluator.restore({ ...state, ledgers: torn })).toThrow('expected 1 rows in every list');
});

test('the order of images, annotations and categories in the file does not matter, nor that of scores that differ', () => {
  const distinct = hard.bbox.map((result, k) => ({ ...result, score: ((k * 7919) % 100003) / 100003 }));
  const plain = evaluateDetections(hard.gt, distinct, { iouType: 'bbox' });
  const shuffled: CocoGroundTruth = {
    images: hard.gt.images.toReversed(),
    annotations: [...hard.gt.annotations].sort((a, b) => Number(a.image_id) - Number(b.image_id)),
    categories: hard.gt.categories.toReversed(),
  };
  expect(curves(evaluateDetections(shuffled, distinct.toReversed(), { iouType: 'bbox' }))).toEqual(curves(plain));
});

test('a failed image leaves the evaluator as it was', () => {
  const evaluator = new DetectionEvaluator({ categories: [{ id: 1 }], iouType: 'bbox' });
  const bad = { image_id: 1, category_id: 1, score: 'high' as never, bbox: [0, 0, 1, 1] };
  expect(() => evaluator.add({ image: { id: 1 }, annotations: [], detections: [bad] })).toThrow(
    'result 1: expected a numeric score',
  );
  evaluator.add({ image: { id: 1 }, annotations: [], detections: [{ ...bad, score: 1 }] });
  expect(evaluator.result().detections).toBe(1);
  expect(() => evaluator.add({ image: { id: 1 }, annotations: [], detections: [] })).toThrow('expected image 1 once');
});

test('thresholds are those numpy makes, not the literals they look like', () => {
  const { iouThresholds, recallThresholds } = new DetectionEvaluator({ categories: [] }).parameters;
  expect([iouThresholds.length, iouThresholds[8], iouThresholds[9]]).toEqual([10, 0.8999999999999999, 0.95]);
  expect([recallThresholds.length, recallThresholds[35], recallThresholds[100]]).toEqual([101, 0.35000000000000003, 1]);
});

test('a threshold of 1 lets pass what is within 1e-10 of it', () => {
  const truth = { id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 1, 1], area: 1, iscrowd: 0 };
  const recallOf = (height: number) => {
    const evaluator = new DetectionEvaluator({ categories: [{ id: 1 }], iouType: 'bbox', iouThresholds: [1] });
    const detections = [{ image_id: 1, category_id: 1, score: 1, bbox: [0, 0, 1, height] }];
    evaluator.add({ image: { id: 1 }, annotations: [truth], detections });
    return evaluator.result().recall[2];
  };
  expect([recallOf(1), recallOf(1 - 5e-11), recallOf(1 - 2e-10)]).toEqual([1, 1, 0]);
});

const box = (id: number, x: number, more: Partial<CocoAnnotation> = {}): CocoAnnotation => ({
  ...{ id, image_id: 1, category_id: 1, bbox: [x, 0, 10, 10], area: 100, iscrowd: 0 },
  ...more,
});
const found = (x: number, score: number, category_id = 1, image_id = 1): CocoResult => ({
  ...{ image_id, category_id, score, bbox: [x, 0, 10, 10] },
});

test('raw curves count what counts: precision, recall, F1 and its best score', () => {
  const evaluator = new DetectionEvaluator({ categories: [{ id: 1 }], iouType: 'bbox' });
  const detections = [found(0, 0.9), found(100, 0.8), found(20, 0.7), found(40, 0.6)];
  const crowd = box(3, 40, { iscrowd: 1 });
  evaluator.add({ image: { id: 1 }, annotations: [box(1, 0), box(2, 20), crowd], detections });
  const curve = evaluator.curve(1);
  expect([...curve.precision]).toEqual([1, 1 / 2, 2 / 3]); // the one on the crowd counts as nothing
  expect([...curve.recall]).toEqual([1 / 2, 1 / 2, 1]);
  expect(curve.positives).toBe(2);
  expect(curve.best).toMatchObject({ score: 0.7, f1: 0.8 });
  expect(() => evaluator.curve(2)).toThrow('expected an evaluated category');
});

const categories = [
  { id: 1, name: 'cat' },
  { id: 2, name: 'dog' },
];

test('the breakdown tells the six errors apart, and what each costs', () => {
  const errors = new DetectionErrors({ categories, iouType: 'bbox' });
  const annotations = [box(1, 0), box(2, 100), box(3, 200), box(4, 300, { category_id: 2 }), box(5, 400), box(6, 500)];
  const detections = [
    found(0, 0.95), // right
    found(1, 0.9), // again: IoU 9/11
    found(100, 0.85, 2), // wrong class
    found(205, 0.8), // IoU 1/3
    found(306, 0.75), // of the other class, and IoU 1/4
    found(900, 0.7), // nothing there
    found(500, 0.6), // right
  ];
  errors.add({ image: { id: 1 }, annotations, detections });
  const { counts, deltaAp, ap } = errors.result();
  // objects 4 and 5 are missed: 2 and 3 have an error that names them
  expect(counts).toEqual({ class: 1, localization: 1, both: 1, duplicate: 1, background: 1, missed: 2 });
  expect(ap).toBeGreaterThan(0);
  for (const delta of Object.values(deltaAp)) expect(delta).toBeGreaterThan(0);
});

test('the confusion matrix has a background, and crowds excuse', () => {
  const confusion = new DetectionConfusionMatrix({ categories, iouType: 'bbox' });
  const annotations = [box(1, 0), box(2, 100), box(3, 200), box(4, 300, { iscrowd: 1 })];
  const detections = [found(0, 0.9), found(100, 0.8, 2), found(900, 0.7), found(300, 0.6), found(200, 0.4)];
  confusion.add({ image: { id: 1 }, annotations, detections });
  // rows predicted cat, dog, background; columns truly cat, dog, background
  expect([...confusion.result().counts]).toEqual([1, 0, 1, 1, 0, 0, 1, 0, 0]);
});

// LVIS rules (Gupta et al. 2019, lvis-api 7d7f07d), worked out by hand.
const lvis = {
  categories: [
    { id: 1, frequency: 'r' as const },
    { id: 2, frequency: 'f' as const },
  ],
  iouType: 'bbox' as const,
  rules: 'lvis' as const,
};
const apOf = (evaluator: DetectionEvaluator, name = 'AP50') =>
  summarizeDetections(evaluator.result()).find((line) => line.name === name)!.value;

test('LVIS: a category not known to be absent from an image is not judged there', () => {
  const judged = (neg_category_ids: number[]) => {
    const evaluator = new DetectionEvaluator(lvis);
    evaluator.add({ image: { id: 1 }, annotations: [box(1, 0)], detections: [found(0, 0.5)] });
    evaluator.add({ image: { id: 2, neg_category_ids }, annotations: [], detections: [found(0, 0.9, 1, 2)] });
    return apOf(evaluator);
  };
  expect(judged([])).toBeCloseTo(1, 12);
  expect(judged([1])).toBeCloseTo(0.5, 12); // a false positive before the true one
});

test('LVIS: unmatched detections of a category that is not exhaustive do not count', () => {
  const evaluator = new DetectionEvaluator(lvis);
  const image = { id: 1, not_exhaustive_category_ids: [1] };
  evaluator.add({ image, annotations: [box(1, 0)], detections: [found(0, 0.5), found(50, 0.9)] });
  expect(apOf(evaluator)).toBeCloseTo(1, 12);
  expect(apOf(evaluator, 'APr')).toBeCloseTo(1, 12);
  expect(apOf(evaluator, 'APf')).toBe(-1);
});

test('LVIS: 300 detections an image, over all categories, and iscrowd is not needed', () => {
  const evaluator = new DetectionEvaluator(lvis);
  const many = Array.from({ length: 300 }, () => found(500, 0.9, 2));
  const annotation = { id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 10, 10], area: 100 };
  evaluator.add({
    image: { id: 1, neg_category_ids: [2] },
    annotations: [annotation],
    detections: [...many, found(0, 0.5)],
  });
  expect(evaluator.result().detections).toBe(300);
  expect(apOf(evaluator)).toBe(0);
});

test('the check names every fault with its places', () => {
  const polygon = [[0, 0, 10, 0, 10, 10, 0, 10]];
  const mask = { size: [20, 20] as [number, number], counts: 'h02' };
  const groundTruth = {
    images: [
      { id: 1, height: 20, width: 20 },
      { id: 1, height: 20, width: 20 },
    ],
    categories,
    annotations: [
      box(0, 0, { segmentation: polygon }),
      box(5, 0, { segmentation: polygon, area: 5000 }),
      box(5, 0, { segmentation: [] }),
      box(7, 0, { segmentation: polygon, image_id: 9, category_id: 9 }),
      { id: 8, image_id: 1, category_id: 1, segmentation: { size: [20, 20] as [number, number], counts: [7] } },
    ],
  };
  const results = [
    { image_id: 1, category_id: 3, score: NaN, segmentation: mask },
    { image_id: '1', category_id: 1, score: 1, segmentation: mask },
  ];
  const codes = checkDetections(groundTruth, results).map(({ code }) => code);
  for (const code of [
    ...[
      'duplicate image id',
      'annotation id 0',
      'duplicate annotation id',
      'area does not fit mask',
      'unreadable annotation',
    ],
    ...[
      'annotation of unknown image',
      'annotation of unknown category',
      'annotation without iscrowd',
      'annotation without area',
    ],
    ...['result of unknown image', 'result of unknown category', 'score is NaN', 'unreadable result'],
  ]) {
    expect(codes).toContain(code);
  }
  const unknown = checkDetections(groundTruth, results).find(({ code }) => code === 'result of unknown image');
  expect(unknown?.examples[0]).toBe('result 2: "1"; 1 is there: text and number are two ids');
});

test('clean input has no findings but what it means to have', () => {
  expect(checkDetections({ images: [], annotations: [], categories: [] }, []).map(({ code }) => code)).toEqual([
    'no results',
    'no categories',
  ]);
  expect(checkDetections(null as never, 5 as never).every(({ severity }) => severity === 'error')).toBe(true);
});

test('JSON of any shape gives numbers or a clear error', () => {
  const message = /expected/;
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      try {
        evaluateDetections(a as never, b as never, { allowEmpty: true });
      } catch (error) {
        expect((error as Error).message).toMatch(message);
      }
    }),
    { seed: 6, numRuns: 500 },
  );
});
