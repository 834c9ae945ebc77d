import { expect, test } from 'vitest';

import {
  averagesPerCategory,
  checkPanoptic,
  checkSemantic,
  detectionReport,
  drawPictures,
  formatDetectionSummary,
  formatMarkdown,
  formatPanopticSummary,
  formatSemanticSummary,
  labelsOf,
  panopticReport,
  resultKind,
  semanticReport,
  summarizeDetections,
} from '../src/index.ts';

/** Functions of results, and a field that each reads. */
const OF_RESULTS: [string, string, (result: never) => unknown][] = [
  ['averagesPerCategory', 'parameters', averagesPerCategory],
  ['checkPanoptic', 'perCategory', checkPanoptic],
  ['checkSemantic', 'confusion', checkSemantic],
  ['detectionReport', 'parameters', detectionReport],
  ['drawPictures', 'kind', drawPictures],
  ['formatMarkdown', 'title', formatMarkdown],
  ['formatPanopticSummary', 'all', formatPanopticSummary],
  ['formatSemanticSummary', 'meanIou', formatSemanticSummary],
  ['labelsOf', 'width', labelsOf],
  ['panopticReport', 'all', panopticReport],
  ['semanticReport', 'meanIou', semanticReport],
  ['summarizeDetections', 'parameters', summarizeDetections],
];

test.each(OF_RESULTS)('%s refuses what is no result of ours', (name, field, call) => {
  for (const result of [undefined, null, {}, [], 'x', 7, Promise.resolve({})]) {
    expect(() => call(result as never)).toThrow(new RegExp(`^${name}: expected a result with .*${field}.*, got `));
  }
});

test('lines of a summary and their result are asked for', () => {
  expect(() => formatDetectionSummary(null as never, {} as never)).toThrow(
    'formatDetectionSummary: expected a list, got null',
  );
  expect(() => formatDetectionSummary([], {} as never)).toThrow(
    'formatDetectionSummary: expected a result with parameters, got {}',
  );
  expect(() => resultKind({} as never)).toThrow('results: expected a list of results, got {}');
});
