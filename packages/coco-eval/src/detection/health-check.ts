import { expectNames, expectOneOf } from '../state/expect-options.ts';
import { checkCounted } from './check-counted.ts';
import { checkResults } from './check-results.ts';
import { checkTruth } from './check-truth.ts';
import type { CocoGroundTruth, CocoResult } from './coco-types.ts';
import { type Finding, Findings } from './findings.ts';
import type { DetectionOptions } from './options.ts';

/**
 * Names the faults of ground truth and results before they become silent zeros: the input is read as the evaluation
 * reads it, and every fault is counted instead of stopping at the first. With LVIS' rules iscrowd is not asked for, and
 * the lists and frequencies that only LVIS has are checked too.
 */
export function checkDetections(
  groundTruth: CocoGroundTruth,
  results: readonly CocoResult[],
  options: Pick<DetectionOptions, 'iouType' | 'rules'> = {},
): Finding[] {
  expectNames('checkDetections', options, ['iouType', 'rules']);
  const { iouType = 'segm', rules = 'coco' } = options;
  expectOneOf('checkDetections', 'iouType', iouType, ['segm', 'bbox', 'boundary']);
  expectOneOf('checkDetections', 'rules', rules, ['coco', 'lvis']);
  const findings = new Findings();
  for (const field of ['images', 'annotations', 'categories'] as const) {
    if (!Array.isArray(groundTruth?.[field]))
      findings.error('missing list', `the ground truth has no list of ${field}`, field);
  }
  if (!Array.isArray(results)) findings.error('missing list', 'the results are not a list', 'results');
  if (findings.list().length > 0) return findings.list();
  const images = checkTruth(groundTruth, { iouType, rules }, findings);
  checkResults(groundTruth, images, results, iouType, findings);
  checkCounted(groundTruth, images, { iouType, rules }, findings);
  return findings.list();
}
