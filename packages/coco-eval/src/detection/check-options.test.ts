import { expect, test } from 'vitest';
import { decideParameters } from './parameters.ts';

test.each([
  [{ iouType: 'mask' }, 'iouType: expected one of segm, bbox, boundary, got "mask"'],
  [{ rules: 'LVIS' }, 'rules: expected one of coco, lvis, got "LVIS"'],
  [{ useCategories: 0 }, 'useCategories: expected one of true, false, got 0'],
  [{ iouThresholds: { length: 1e9 } }, 'iouThresholds: expected at most 10000 numbers'],
  [{ iouThresholds: [NaN] }, 'iouThresholds: expected at most 10000 numbers'],
  [{ recallThresholds: new Float64Array(10_001) }, 'recallThresholds: expected at most 10000 numbers'],
  [{ recallThresholds: '0.5' }, 'recallThresholds: expected at most 10000 numbers, got "0.5"'],
  [{ iouThresholds: [50] }, 'iouThresholds: expected numbers of 0 to 1, got 50'],
  [{ iouThresholds: Float64Array.of(0.5, -1) }, 'iouThresholds: expected numbers of 0 to 1, got -1'],
  [{ recallThresholds: [0, 1.5] }, 'recallThresholds: expected numbers of 0 to 1, got 1.5'],
  [{ iouThresholds: ['0.5'] }, 'iouThresholds: expected at most 10000 numbers'],
  [{ iouThresholds: new Array(2) }, 'iouThresholds: expected at most 10000 numbers'],
  [{ maxDetections: [1, 0] }, 'maxDetections: expected whole numbers above 0, got [1,0]'],
  [{ maxDetections: [] }, 'maxDetections: expected whole numbers above 0'],
  [{ maxDetections: 100 }, 'maxDetections: expected a list, got 100'],
  [{ areaRanges: [{ name: 'all', min: 0, max: null }] }, 'areaRanges[0]: expected a name and numbers min and max'],
  [{ areaRanges: [null] }, 'areaRanges[0]: expected an object, got null'],
  [{ imageIds: [null] }, 'imageIds: expected ids of numbers or text, got null'],
  [{ imageIds: [undefined] }, 'imageIds: expected ids of numbers or text, got none'],
  [{ imageIds: new Array(1) }, 'imageIds: expected ids of numbers or text, got none'],
  [{ categoryIds: [1, NaN] }, 'categoryIds: expected ids of numbers or text, got NaN'],
  [{ maxDetections: Object.assign(new Array(2), { 1: 100 }) }, 'maxDetections: expected whole numbers above 0'],
  [{ dilationRatio: 0 }, 'dilationRatio: expected a number above 0, got 0'],
  [{ iouThresholds: Array(10_000).fill(0.5), recallThresholds: Array(10_000).fill(0.5) }, 'expected at most 2^28'],
])('options %# are refused', (options, message) => {
  expect(() => decideParameters([{ id: 1 }], options as never)).toThrow(message);
});

test.each([
  [null, 'categories: expected a list, got null'],
  [[null], 'categories: categories[0]: expected an id'],
  [[{ id: 1, name: 7 }], 'expected a name of text, got 7'],
])('categories of %j are refused', (categories, message) => {
  expect(() => decideParameters(categories as never)).toThrow(message);
});
