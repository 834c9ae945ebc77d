import type { DetectionResult } from '../detection/accumulate.ts';
import type { CocoId } from '../detection/coco-types.ts';
import type { DetectionConfusion } from '../detection/detection-confusion.ts';
import type { ErrorBreakdown } from '../detection/error-breakdown.ts';
import type { Finding } from '../detection/findings.ts';
import { averagesPerCategory, type SummaryLine, summarizeDetections } from '../detection/summarize.ts';
import type { Summation } from '../numeric/numpy-sum.ts';
import { checkPanoptic } from '../panoptic/check-panoptic.ts';
import type { PanopticResult } from '../panoptic/panoptic-types.ts';
import { checkSemantic } from '../semantic/check-semantic.ts';
import type { SemanticResult } from '../semantic/semantic-types.ts';
import { expectNames } from '../state/expect-options.ts';
import { expectResult } from '../state/expect-value.ts';
import { formatDetectionSummary, formatPanopticSummary, formatSemanticSummary } from './format-summary.ts';

/** One row of the table of categories: −1 (detection) or NaN (semantic) where there is nothing to measure. */
export type ReportRow = { id: CocoId; name: string; values: Record<string, number> };

/** A curve for the picture: precision at the recall thresholds, averaged over categories. */
export type ReportCurve = { name: string; recall: number[]; precision: number[] };

/** Results as plain data: what `--json` writes, and what Markdown and pictures are made from. */
export type EvaluationReport = {
  kind: 'detection' | 'panoptic' | 'semantic';
  title: string;
  images: number | null;
  summary: Record<string, number>;
  /** The table as the reference prints it. */
  text: string;
  categories: ReportRow[];
  curves?: ReportCurve[];
  /** Counts [K + 1, K + 1], rows predicted; the last row and column are background, or what does not count. */
  confusion?: { names: string[]; counts: number[] };
  errors?: ErrorBreakdown;
  findings?: Finding[];
};

/** Optional parts of a report of detections, and numpy's version for the sums of its means. */
export type DetectionReportExtras = {
  summation?: Summation;
  confusion?: DetectionConfusion;
  errors?: ErrorBreakdown;
  findings?: Finding[];
};

const EXTRAS = ['summation', 'confusion', 'errors', 'findings'];

/** The report of an evaluation of detections: summary, table of categories, mean curves, and the extras given. */
export function detectionReport(result: DetectionResult, extras: DetectionReportExtras = {}): EvaluationReport {
  expectNames('detectionReport', extras, EXTRAS);
  expectResult('detectionReport', result, 'parameters');
  const { confusion, errors, findings, summation = 'numpy2' } = extras;
  const { parameters } = result;
  const lines: SummaryLine[] =
    parameters.rules === 'lvis' || parameters.maxDetections.length >= 3 ? summarizeDetections(result, summation) : [];
  return {
    kind: 'detection',
    title: `${parameters.rules === 'lvis' ? 'LVIS' : 'COCO'} ${parameters.iouType}`,
    images: result.images,
    summary: Object.fromEntries(lines.map(({ name, value }) => [name, value])),
    text: formatDetectionSummary(lines, result),
    categories: averagesPerCategory(result, summation).map(({ category, averages }) => ({
      id: category.id,
      name: category.name ?? String(category.id),
      values: averages,
    })),
    curves: meanCurves(result),
    ...(confusion && { confusion: confusionData(confusion) }),
    ...(errors && { errors }),
    ...(findings && { findings }),
  };
}

function confusionData({ categories, counts }: DetectionConfusion) {
  return { names: [...categories.map(({ id, name }) => name ?? String(id)), 'background'], counts: [...counts] };
}

/** Precision over recall at each IoU threshold, the mean over categories with objects, all areas, largest limit. */
function meanCurves({ parameters, shape, precision }: DetectionResult): ReportCurve[] {
  const [, R, K, A, M] = shape;
  return parameters.iouThresholds.map((iou, t) => ({
    name: `IoU ${iou.toFixed(2)}`,
    recall: parameters.recallThresholds,
    precision: Array.from({ length: R }, (_, r) => {
      const values = Array.from({ length: K }, (_, k) => precision[((t * R + r) * K + k) * A * M + (M - 1)]);
      const present = values.filter((value) => value > -1);
      return present.length === 0 ? -1 : present.reduce((a, b) => a + b, 0) / present.length;
    }),
  }));
}

/** The report of panoptic quality: all, things, stuff, and a row for each category. */
export function panopticReport(result: PanopticResult): EvaluationReport {
  expectResult('panopticReport', result, 'all', 'things', 'stuff', 'perCategory');
  const { all, things, stuff } = result;
  const named = (suffix: string, { pq, sq, rq, n }: typeof all) =>
    Object.entries({ PQ: pq, SQ: sq, RQ: rq, N: n }).map(([name, value]) => [name + suffix, value] as const);
  return {
    kind: 'panoptic',
    title: 'Panoptic quality',
    images: result.images,
    summary: Object.fromEntries([...named('', all), ...named('_things', things), ...named('_stuff', stuff)]),
    text: formatPanopticSummary(result),
    categories: result.perCategory.map(({ category, pq, sq, rq, iou, tp, fp, fn }) => ({
      id: category.id,
      name: category.name ?? String(category.id),
      values: { PQ: pq, SQ: sq, RQ: rq, IoU: iou, TP: tp, FP: fp, FN: fn },
    })),
    findings: checkPanoptic(result),
  };
}

/**
 * The report of mean IoU: summary, a row for each class, and the confusion matrix.
 *
 * @param names of the classes; their numbers if absent
 */
export function semanticReport(result: SemanticResult, names: readonly string[] = []): EvaluationReport {
  expectResult('semanticReport', result, 'meanIou', 'iou', 'confusion');
  return {
    kind: 'semantic',
    title: 'Semantic segmentation',
    images: result.images,
    summary: {
      mIoU: result.meanIou,
      fwIoU: result.frequencyWeightedIou,
      mACC: result.meanAccuracy,
      pACC: result.pixelAccuracy,
    },
    text: formatSemanticSummary(result),
    categories: Array.from(result.iou, (iou, k) => ({
      id: k,
      name: names[k] ?? String(k),
      values: { IoU: iou, ACC: result.accuracy[k], ...(result.boundaryIou && { BoundaryIoU: result.boundaryIou[k] }) },
    })),
    confusion: {
      names: [...Array.from(result.iou, (_, k) => names[k] ?? String(k)), 'ignored'],
      counts: [...result.confusion],
    },
    findings: checkSemantic(result, names),
  };
}
