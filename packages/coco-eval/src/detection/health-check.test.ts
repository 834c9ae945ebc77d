import { expect, test } from 'vitest';
import type { CocoAnnotation, CocoGroundTruth, CocoResult } from './coco-types.ts';
import type { Finding } from './findings.ts';
import { checkDetections } from './health-check.ts';
import type { IouType } from './options.ts';

const square = { size: [20, 20] as [number, number], counts: [0, 100, 300] };
const mask = { size: [20, 20] as [number, number], counts: '0T3\\9' }; // 0, 100, 300
const none = { size: [20, 20] as [number, number], counts: '`<' }; // 400
const small = { size: [10, 10] as [number, number], counts: '0T3' }; // 0, 100

const annotation: CocoAnnotation = {
  ...{ id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 5, 20], area: 100, iscrowd: 0 },
  segmentation: square,
};
const result: CocoResult = { image_id: 1, category_id: 1, score: 0.5, segmentation: mask };
const boxed: CocoResult = { image_id: 1, category_id: 1, score: 0.5, bbox: [0, 0, 5, 20] };

type Input = { truth?: object; annotation?: object; results?: unknown[]; iouType?: IouType; rules?: 'lvis' };

function check({ truth, annotation: changed, results = [result], iouType = 'segm', rules }: Input): Finding[] {
  const groundTruth = {
    images: [{ id: 1, height: 20, width: 20, neg_category_ids: [], not_exhaustive_category_ids: [] }],
    categories: [{ id: 1, frequency: 'c' }],
    annotations: [{ ...annotation, ...changed }],
    ...truth,
  };
  return checkDetections(groundTruth as CocoGroundTruth, results as CocoResult[], { iouType, ...(rules && { rules }) });
}

test('good input has no findings, of masks, of boxes, of LVIS without iscrowd', () => {
  expect(check({})).toEqual([]);
  expect(check({ iouType: 'bbox', results: [boxed] })).toEqual([]);
  expect(check({ rules: 'lvis', annotation: { iscrowd: undefined } })).toEqual([]);
});

const image = { id: 1, height: 20, width: 20 };

// Each input has this one fault and no other.
test.each<[severity: Finding['severity'], code: string, Input]>([
  ['error', 'missing list', { truth: { images: undefined } }],
  ['error', 'missing list', { results: null as never }],
  ['error', 'missing id', { annotation: { id: undefined } }],
  ['warning', 'unsafe id', { annotation: { id: 2 ** 60 } }],
  ['warning', 'annotation id 0', { annotation: { id: 0 } }],
  ['warning', 'duplicate image id', { truth: { images: [image, image] } }],
  ['warning', 'duplicate category id', { truth: { categories: [{ id: 1 }, { id: 1 }] } }],
  ['warning', 'duplicate annotation id', { truth: { annotations: [annotation, annotation] } }],
  ['warning', 'annotation of unknown image', { annotation: { image_id: 9 } }],
  ['warning', 'annotation of unknown category', { annotation: { category_id: 9 } }],
  ['error', 'annotation without iscrowd', { annotation: { iscrowd: undefined } }],
  ['error', 'annotation without area', { annotation: { area: undefined } }],
  ['warning', 'area not positive', { annotation: { area: 0 }, iouType: 'bbox', results: [boxed] }],
  ['warning', 'area does not fit mask', { annotation: { area: 150 } }],
  ['warning', 'empty annotation', { annotation: { segmentation: none, area: 1 } }],
  ['error', 'unreadable annotation', { annotation: { segmentation: { size: [20, 20], counts: [7] } } }],
  ['error', 'unreadable annotation', { annotation: { segmentation: [[1, 2, 3, 4]] } }],
  ['error', 'annotation without bbox', { annotation: { bbox: [1, 2] }, iouType: 'bbox', results: [boxed] }],
  ['warning', 'mask not of image size', { results: [{ ...result, segmentation: small }] }],
  ['error', 'no results', { results: [] }],
  ['warning', 'results with boxes', { results: [boxed] }],
  ['error', 'result of unknown image', { results: [{ ...result, image_id: '1' }] }],
  ['warning', 'result of unknown category', { results: [{ ...result, category_id: 9 }] }],
  ['error', 'result without score', { results: [{ ...result, score: 'high' }] }],
  ['warning', 'score is NaN', { results: [{ ...result, score: Number.NaN }] }],
  ['error', 'result without bbox', { results: [boxed, { ...boxed, bbox: [1] }], iouType: 'bbox' }],
  ['warning', 'box not finite', { results: [{ ...boxed, bbox: [Number.NaN, 0, 1, 1] }], iouType: 'bbox' }],
  ['warning', 'box without area', { results: [{ ...boxed, bbox: [0, 0, 0, 5] }], iouType: 'bbox' }],
  ['warning', 'empty result', { results: [{ ...result, segmentation: none }] }],
  ['error', 'unreadable result', { results: [{ ...result, segmentation: square }] }],
  ['error', 'unreadable result', { results: [{ ...result, segmentation: { ...mask, counts: '0T' } }] }],
  ['error', 'unreadable result', { results: [result, null] }],
  [
    'warning',
    'no neg_category_ids',
    { rules: 'lvis', truth: { images: [{ ...image, not_exhaustive_category_ids: [] }] } },
  ],
  [
    'error',
    'not_exhaustive_category_ids is no list',
    { rules: 'lvis', truth: { images: [{ ...image, neg_category_ids: [], not_exhaustive_category_ids: 5 }] } },
  ],
  [
    'warning',
    'list of unknown categories',
    { rules: 'lvis', truth: { images: [{ ...image, neg_category_ids: [9], not_exhaustive_category_ids: [] }] } },
  ],
  ['warning', 'no frequency', { rules: 'lvis', truth: { categories: [{ id: 1 }] } }],
])('%s: %s', (severity, code, input) => {
  expect(check(input).map((finding) => [finding.severity, finding.code])).toEqual([[severity, code]]);
});

const second = { ...annotation, id: 2 };
const withSecond = (first: object) => ({ truth: { annotations: [{ ...annotation, ...first }, second] } });

test.each<[severity: Finding['severity'], code: string, Input]>([
  ['warning', 'iscrowd is not 0 or 1', withSecond({ iscrowd: '0' })],
  ['warning', 'iscrowd is not 0 or 1', withSecond({ iscrowd: '1' })],
  ['warning', 'iscrowd is not 0 or 1', withSecond({ iscrowd: 2 })],
  ['warning', 'iscrowd is not 0 or 1', withSecond({ iscrowd: 0.5 })],
  ['error', 'unreadable iscrowd', withSecond({ iscrowd: '' })],
  ['error', 'unreadable iscrowd', withSecond({ iscrowd: null })],
  ['error', 'unreadable iscrowd', withSecond({ iscrowd: 'no' })],
  ['error', 'unreadable iscrowd', withSecond({ iscrowd: -1 })],
  ['warning', 'ignore is not 0 or 1', withSecond({ ignore: '0' })],
  ['error', 'area is not a number', withSecond({ area: '100' })],
  ['error', 'area is not a number', withSecond({ area: null })],
  ['warning', 'only crowds', { annotation: { iscrowd: 1 } }],
  ['warning', 'only crowds', { annotation: { iscrowd: true } }],
  [
    'warning',
    'category of crowds only',
    {
      truth: {
        annotations: [annotation, { ...second, category_id: 2, iscrowd: 1 }],
        categories: [{ id: 1 }, { id: 2 }],
      },
    },
  ],
  ['warning', 'category without objects', { truth: { categories: [{ id: 1 }, { id: 2 }] } }],
  ['warning', 'category without objects', { truth: { annotations: [] } }],
  ['warning', 'category without objects', { rules: 'lvis', annotation: { ignore: 1 } }],
  ['error', 'unreadable category', { truth: { categories: [{ id: 1, name: 5 }] } }],
  ['error', 'unreadable category', { truth: { categories: [{ id: 1, name: ['a'] }] } }],
])('%s: %s (%#)', (severity, code, input) => {
  expect(check(input).map((finding) => [finding.severity, finding.code])).toEqual([[severity, code]]);
});

test('an annotation that is none is an error, whatever the list of images', () => {
  const images = [{ id: undefined, height: 20, width: 20 }, image];
  const codes = check({ truth: { images, annotations: [annotation, null] } }).map(({ code }) => code);
  expect(codes).toEqual(['missing id']);
});

test('booleans are crowds or not, without a word', () => {
  expect(check(withSecond({ iscrowd: true, ignore: false }))).toEqual([]);
  expect(check(withSecond({ iscrowd: false }))).toEqual([]);
});

test('places are counted, and the first five named', () => {
  const results = Array.from({ length: 8 }, () => ({ ...result, category_id: 9 }));
  const [finding] = check({ results });
  expect(finding.count).toBe(8);
  expect(finding.examples).toHaveLength(5);
  expect(finding.examples[0]).toBe('result 1: 9');
});
