import { describe, expect, test } from 'vitest';
import { DetectionConfusionMatrix } from '../src/detection/detection-confusion.ts';
import { DetectionEvaluator } from '../src/detection/detection-evaluator.ts';
import { DetectionErrors } from '../src/detection/error-breakdown.ts';
import { evaluateDetections } from '../src/detection/evaluate-detections.ts';

const categories = [{ id: 1 }];
const images = [0, 1, 2].map((id) => ({ id, width: 10, height: 10 }));
const box = { category_id: 1, bbox: [0, 0, 5, 5] };
const annotations = images.map(({ id }) => ({ ...box, id: id + 1, image_id: id, area: 25, iscrowd: 0 }));
const results = images.map(({ id }) => ({ ...box, image_id: id, score: 0.5 }));
const groundTruth = { images, annotations, categories };

test.each([
  { index: 2, count: 2 },
  { index: -1, count: 2 },
  { index: 0, count: 0 },
  { index: 0, count: 1.5 },
  { index: NaN, count: 1 },
  { index: '0', count: '2' },
  { k: 0, n: 2 },
  '1/2',
  null,
])('the shard %j is refused', (shard) => {
  const evaluate = () => evaluateDetections(groundTruth, results, { iouType: 'bbox', shard: shard as never });
  expect(evaluate).toThrow(
    /^evaluateDetections: (shard: expected an object|expected a shard of an index below its count), got /,
  );
});

test('every shard of a count is taken', () => {
  for (const index of [0, 1]) {
    const { images: count } = evaluateDetections(groundTruth, results, { iouType: 'bbox', shard: { index, count: 2 } });
    expect(count).toBe(2 - index);
  }
});

test.each([
  [{ iouThreshold: 50 }, 'iouThreshold: expected a number of 0 to 1, got 50'],
  [{ iouThreshold: NaN }, 'iouThreshold: expected a number of 0 to 1, got NaN'],
  [{ scoreThreshold: NaN }, 'scoreThreshold: expected a finite number, got NaN'],
  [{ scoreThreshold: '0.5' }, 'scoreThreshold: expected a finite number, got "0.5"'],
])('a confusion matrix with %j is refused', (options, message) => {
  expect(() => new DetectionConfusionMatrix({ categories, ...(options as object) })).toThrow(message);
});

test.each([
  [{ foreground: 2 }, 'foreground: expected a number of 0 to 1, got 2'],
  [{ background: -0.1 }, 'background: expected a number of 0 to 1, got -0.1'],
  [{ background: NaN }, 'background: expected a number of 0 to 1, got NaN'],
  [{ foreground: 0.5, background: 0.6 }, 'background: expected at most the foreground 0.5, got 0.6'],
])('errors with %j are refused', (options, message) => {
  expect(() => new DetectionErrors({ categories, ...options })).toThrow(message);
});

describe.each([
  ['DetectionEvaluator', DetectionEvaluator],
  ['DetectionConfusionMatrix', DetectionConfusionMatrix],
  ['DetectionErrors', DetectionErrors],
] as const)('%s', (_, Evaluator) => {
  test.each([
    [{ image: {} }, 'image: expected an id of a number or text, got none'],
    [{ image: { id: NaN } }, 'image: expected an id of a number or text, got NaN'],
    [{ image: { id: [1] } }, 'image: expected an id of a number or text, got [1]'],
    [{ image: null }, 'image: expected an object, got null'],
    [{ image: { id: 1 }, annotations: null }, 'annotations: expected a list, got null'],
    [{ image: { id: 1 }, detections: {} }, 'detections: expected a list, got {}'],
  ])('refuses %j', (wrong, message) => {
    const evaluator = new Evaluator({ categories });
    expect(() => evaluator.add({ annotations: [], detections: [], ...wrong } as never)).toThrow(message);
  });
});

test('what is no evaluator is not merged, and a limit of no detections is refused', () => {
  const evaluator = new DetectionEvaluator({ categories });
  for (const other of [null, {}, evaluator.save()])
    expect(() => evaluator.merge(other as never)).toThrow('DetectionEvaluator.merge: expected a DetectionEvaluator');
  for (const maxDetections of [0, -1, NaN, 1.5])
    expect(() => evaluator.curve(1, { maxDetections })).toThrow('expected maxDetections of 1 or more');
});
