import { expect, test } from 'vitest';
import { goldenJson } from '../../test/goldens.ts';
import type { CocoGroundTruth, CocoResult } from '../detection/coco-types.ts';
import { DetectionConfusionMatrix } from '../detection/detection-confusion.ts';
import { DetectionErrors } from '../detection/error-breakdown.ts';
import { evaluateDetections } from '../detection/evaluate-detections.ts';
import { groupByImage } from '../detection/group-by-image.ts';
import { checkDetections } from '../detection/health-check.ts';
import { summarizeDetections } from '../detection/summarize.ts';
import { PanopticQuality } from '../panoptic/panoptic-quality.ts';
import { SemanticQuality } from '../semantic/semantic-quality.ts';
import { formatDetectionSummary, formatPanopticSummary } from './format-summary.ts';
import { formatMarkdown } from './markdown.ts';
import { drawPictures } from './pictures.ts';
import { detectionReport, panopticReport, semanticReport } from './report.ts';

type Run = { printed: string[]; run: Record<string, unknown> };
const hard = goldenJson<{ gt: CocoGroundTruth; segm: CocoResult[]; bbox: CocoResult[]; numpy2: Record<string, Run> }>(
  'hard200.json.gz',
);

test.each([
  ['segm', {}],
  ['bbox_maxDets_1_10_1000', { maxDetections: [1, 10, 1000] }],
  ['segm_iouThrs_3', { iouThresholds: [0.3, 0.5, 0.6] }],
] as const)('prints %s as pycocotools does', (name, options) => {
  const { printed, run } = hard.numpy2[name];
  const results = run.iouType === 'bbox' ? hard.bbox : hard.segm;
  const result = evaluateDetections(hard.gt, results, { iouType: run.iouType as 'segm' | 'bbox', ...options });
  expect(formatDetectionSummary(summarizeDetections(result), result).split('\n')).toEqual(printed);
});

const mean = (pq: number, sq: number, rq: number, n: number) => ({ pq, sq, rq, n });

test('prints panoptic quality as panopticapi does', () => {
  const result = {
    all: mean(0.42646144172704914, 0.7775451622615782, 0.5155142965592732, 18),
    things: mean(0.34, 0.726, 0.428, 11),
    stuff: mean(0.562, 0.859, 0.653, 7),
    perCategory: [],
    images: 60,
  };
  expect(formatPanopticSummary(result)).toBe(
    [
      '          |    PQ     SQ     RQ     N',
      '--------------------------------------',
      'All       |  42.6   77.8   51.6    18',
      'Things    |  34.0   72.6   42.8    11',
      'Stuff     |  56.2   85.9   65.3     7',
    ].join('\n'),
  );
});

test('a detection report has everything: summary, categories, curves, confusion, errors, findings, pictures', () => {
  const result = evaluateDetections(hard.gt, hard.segm);
  const options = { categories: hard.gt.categories, iouType: 'segm' as const };
  const confusion = new DetectionConfusionMatrix(options);
  const errors = new DetectionErrors(options);
  for (const image of groupByImage(hard.gt, hard.segm)) {
    confusion.add(image);
    errors.add(image);
  }
  const report = detectionReport(result, {
    confusion: confusion.result(),
    errors: errors.result(),
    findings: checkDetections(hard.gt, hard.segm),
  });
  expect(report.summary.AP).toBe(0.1437150657927608);
  expect(report.categories).toHaveLength(20);
  expect(report.curves).toHaveLength(10);
  expect(report.confusion!.counts).toHaveLength(21 * 21);
  expect(Object.keys(drawPictures(report))).toEqual([
    'categories.svg',
    'precision-recall.svg',
    'confusion.svg',
    'errors.svg',
  ]);
  const markdown = formatMarkdown(JSON.parse(JSON.stringify(report)));
  for (const part of ['# COCO segm', '## Categories', '## Errors', '## Input', '= 0.144'])
    expect(markdown).toContain(part);
});

test('the unrepaired AP of the breakdown is AP50', () => {
  const { ap } = errorsOf(hard.gt, hard.bbox);
  const result = evaluateDetections(hard.gt, hard.bbox, { iouType: 'bbox' });
  // the mean of means, and without the epsilon of the reference's denominator
  expect(ap).toBeCloseTo(summarizeDetections(result)[1].value, 12);
});

function errorsOf(groundTruth: CocoGroundTruth, results: CocoResult[]) {
  const errors = new DetectionErrors({ categories: groundTruth.categories, iouType: 'bbox' });
  for (const image of groupByImage(groundTruth, results)) errors.add(image);
  return errors.result();
}

test('names in pictures and tables cannot break them', () => {
  const quality = new PanopticQuality({ categories: [{ id: 1, name: '<b>|"&' }] });
  const map = { ids: [1], segments: [{ id: 1, category_id: 1 }] };
  quality.add({ groundTruth: map, prediction: map });
  const report = panopticReport(quality.result());
  expect(drawPictures(report)['categories.svg']).toContain('&#60;b&#62;|&#34;&#38;');
  expect(formatMarkdown(report)).toContain('| &lt;b&gt;\\|"&amp; | 1.000 |');
});

test('a semantic report shows absent classes as absent', () => {
  const quality = new SemanticQuality({ classes: 2 });
  quality.add({ groundTruth: [0, 0], prediction: [0, 0] });
  const report = semanticReport(quality.result(), ['sky']);
  expect(formatMarkdown(report)).toContain('| 1 | – | – |');
  expect(report.summary.mIoU).toBe(100);
  expect(Object.keys(drawPictures(report))).toEqual(['categories.svg', 'confusion.svg']);
});
