import { expect, test } from 'vitest';
import type { CocoAnnotation, CocoGroundTruth, CocoResult } from './coco-types.ts';
import { evaluateDetections } from './evaluate-detections.ts';
import { isTrueInPython } from './python-values.ts';
import { summarizeDetections } from './summarize.ts';

const square = (id: number, image_id: number, x: number): CocoAnnotation => ({
  ...{ id, image_id, category_id: 1, bbox: [x, 0, 10, 10], area: 100, iscrowd: 0 },
  segmentation: [[x, 0, x + 10, 0, x + 10, 10, x, 10]],
});
const found = (image_id: number, bbox: number[], score: number): CocoResult => ({
  image_id,
  category_id: 1,
  bbox,
  score,
});
const results = [
  found(1, [0, 0, 10, 10], 0.9),
  found(1, [32, 0, 5, 10], 0.8),
  found(1, [31, 0, 4, 10], 0.75),
  found(2, [0, 0, 10, 9], 0.7),
];

/** AP with fields of the second annotation changed. */
function averagePrecision(fields: object): number {
  const groundTruth = {
    images: [1, 2].map((id) => ({ id, width: 60, height: 20 })),
    annotations: [square(1, 1, 0), { ...square(2, 1, 30), ...fields }, square(3, 2, 0)],
    categories: [{ id: 1, name: 'a' }],
  } as CocoGroundTruth;
  return summarizeDetections(evaluateDetections(groundTruth, results, { iouType: 'bbox' }))[0].value;
}

// Expected: stats[0] of pycocotools 2.0.11 on numpy 2.4.6 for the same objects.
test.each([
  [0, 0.5252475247524753],
  [false, 0.5252475247524753],
  [1, 0.9504950495049505],
  [true, 0.9504950495049505],
  [2, 0.9504950495049505],
  [255, 0.9504950495049505],
  ['1', 0.9504950495049505],
  [' 1 ', 0.9504950495049505],
  ['0', 0.7359735973597359],
  [0.5, 0.7359735973597359],
  [-0.5, 0.7359735973597359],
])('iscrowd %j is read as pycocotools reads it', (iscrowd, expected) => {
  expect(averagePrecision({ iscrowd })).toBe(expected);
});

// pycocotools raises ValueError, TypeError, OverflowError or KeyError
test.each([['', 'x', '1.0', null, -1, 256, 300, Number.NaN, [], [0], {}].map((value) => [value])].flat())(
  'iscrowd %j is refused, as pycocotools does',
  (iscrowd) => {
    expect(() => averagePrecision({ iscrowd })).toThrow('annotation 2: expected iscrowd of 0 or 1, got ');
  },
);

test.each([1, '0', true])('ignore %j is not read by pycocotools', (ignore) => {
  expect(averagePrecision({ ignore })).toBe(0.5252475247524753); // pycocotools 2.0.11
});

test('true and false are those of Python', () => {
  for (const value of [1, -1, Number.NaN, '0', ' ', true, [0], { a: 1 }]) expect(isTrueInPython(value)).toBe(true);
  for (const value of [0, -0, '', false, null, undefined, [], {}]) expect(isTrueInPython(value)).toBe(false);
});
