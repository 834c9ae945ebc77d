import { expect, it } from 'vitest';

import {
  checkDetections,
  collectDetections,
  DetectionConfusionMatrix,
  DetectionErrors,
  DetectionEvaluator,
  type DetectionResult,
  decodePng,
  decodeRle,
  detectionReport,
  encodeRle,
  evaluateDetections,
  groupByImage,
  mergeRles,
  numpyMean,
  numpySum,
  PanopticQuality,
  rleBox,
  SegmentationTrackingQuality,
  SemanticQuality,
  VideoPanopticQuality,
} from '../src/index.ts';

const truth = { images: [], annotations: [], categories: [] };
const categories: never[] = [];
const rle = encodeRle([1, 0], 1, 2);

/** Calls with whatever a caller without types may give. */
const calls: Record<string, (options: never) => unknown> = {
  evaluateDetections: (options) => evaluateDetections(truth, [], options),
  collectDetections: (options) => collectDetections(truth, [], options),
  checkDetections: (options) => checkDetections(truth, [], options),
  groupByImage: (options) => groupByImage(truth, [], options),
  DetectionEvaluator: (options) => new DetectionEvaluator(options),
  DetectionErrors: (options) => new DetectionErrors(options),
  DetectionConfusionMatrix: (options) => new DetectionConfusionMatrix(options),
  detectionReport: (options) => detectionReport({} as DetectionResult, options),
  PanopticQuality: (options) => new PanopticQuality(options),
  SemanticQuality: (options) => new SemanticQuality(options),
  'SemanticQuality.result': (options) => new SemanticQuality({ classes: 2 }).result(options),
  VideoPanopticQuality: (options) => new VideoPanopticQuality(options),
  SegmentationTrackingQuality: (options) => new SegmentationTrackingQuality(options),
  decodePng: (options) => decodePng(new Uint8Array(0), (bytes) => bytes, options),
};

it.each(Object.keys(calls))('%s refuses options that it does not know, and null', (name) => {
  const options = { categories, classes: 2, iouThreshhold: 0.5 };
  expect(() => calls[name](options as never)).toThrow(
    /: expected nothing but .*, got (iouThreshhold|categories|classes) /,
  );
  expect(() => calls[name](null as never)).toThrow(`${name}: expected an object, got null`);
});

it.each<[string, object, string]>([
  ['evaluateDetections', { iouType: 'mask' }, 'expected one of segm, bbox, boundary, got "mask"'],
  ['evaluateDetections', { ioutype: 'segm' }, 'got ioutype "segm"'],
  ['evaluateDetections', { shard: { index: 2, count: 2 } }, 'expected a shard of an index below its count'],
  ['evaluateDetections', { allowEmpty: 'yes' }, 'expected true or false as allowEmpty, got "yes"'],
  ['evaluateDetections', { dilationRatio: Number.NaN }, 'expected a number above 0, got NaN'],
  ['checkDetections', { iouType: 'mask' }, 'checkDetections: expected segm, bbox, boundary as iouType, got "mask"'],
  ['checkDetections', { rules: 'LVIS' }, 'checkDetections: expected coco, lvis as rules, got "LVIS"'],
  ['DetectionEvaluator', { categories, onMatches: 5 }, 'expected a function as onMatches, got 5'],
  ['DetectionErrors', { categories, foreground: Number.NaN }, 'foreground: expected a number of 0 to 1, got NaN'],
  [
    'DetectionConfusionMatrix',
    { categories, iouThreshold: '0.5' },
    'iouThreshold: expected a number of 0 to 1, got "0.5"',
  ],
  [
    'DetectionConfusionMatrix',
    { categories, scoreThreshold: Number.NaN },
    'scoreThreshold: expected a finite number, got NaN',
  ],
  ['PanopticQuality', { categories, iouType: 'segm' }, 'expected iouType mask or boundary, got "segm"'],
  ['SemanticQuality', { classes: Number.NaN }, 'got NaN'],
  ['SemanticQuality', { classes: 2, boundary: 1 }, 'expected boundary of true or false, got 1'],
  [
    'SemanticQuality.result',
    { absentClass: 'leave_out' },
    'expected leave-out, count-as-zero as absentClass, got "leave_out"',
  ],
  ['VideoPanopticQuality', { categories, windows: [Number.NaN] }, 'expected windows of one frame or more, got'],
  ['decodePng', { maxPixels: Number.NaN }, 'decodePng: expected maxPixels of 1 or more, got NaN'],
])('%s refuses %j', (name, options, message) => {
  expect(() => calls[name](options as never)).toThrow(message);
});

it.each<[() => unknown, string]>([
  [
    () => encodeRle([1], 1, 1, 'rowmajor' as never),
    'encodeRle: expected row-major, column-major as layout, got "rowmajor"',
  ],
  [() => encodeRle(null as never, 1, 1), 'encodeRle: expected a list of pixels, got null'],
  [() => decodeRle(rle, 'rowmajor' as never), 'decodeRle: expected row-major, column-major as layout, got "rowmajor"'],
  [() => decodeRle(null as never), 'decodeRle: expected an object, got null'],
  [
    () => mergeRles([rle], 'intersect' as never),
    'mergeRles: expected union, intersection as operation, got "intersect"',
  ],
  [() => mergeRles(null as never, 'union'), 'mergeRles: expected a list of masks, got null'],
  [() => rleBox(null as never), 'rleBox: expected an object, got null'],
  [() => numpySum([1], 'numpy3' as never), 'numpySum: expected numpy2, numpy1 as summation, got "numpy3"'],
  [() => numpyMean([1], 'numpy3' as never), 'expected numpy2, numpy1 as summation'],
])('a misspelt word or nothing is refused: %s', (call, message) => {
  expect(call).toThrow(message);
});
