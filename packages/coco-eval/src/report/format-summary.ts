import type { DetectionResult } from '../detection/accumulate.ts';
import type { SummaryLine } from '../detection/summarize.ts';
import { formatFixed } from '../numeric/python-format.ts';
import type { PanopticMean, PanopticResult } from '../panoptic/panoptic-types.ts';
import type { SemanticResult } from '../semantic/semantic-types.ts';
import { expectList, expectResult } from '../state/expect-value.ts';

/** The lines pycocotools prints (lvis-api's for LVIS), digit for digit. */
export function formatDetectionSummary(lines: readonly SummaryLine[], result: DetectionResult): string {
  expectList('formatDetectionSummary', lines);
  expectResult('formatDetectionSummary', result, 'parameters');
  const { parameters } = result;
  const thresholds = parameters.iouThresholds;
  const range = `${formatFixed(thresholds[0], 2)}:${formatFixed(thresholds[thresholds.length - 1], 2)}`;
  return lines
    .map(({ name, measure, iou, area, maxDetections, value }) => {
      const title = (measure === 'AP' ? 'Average Precision' : 'Average Recall').padEnd(18);
      const over = (iou === null ? range : formatFixed(iou, 2)).padEnd(9);
      const group =
        parameters.rules === 'lvis' ? ` catIds=${(/^AP[rcf]$/.exec(name)?.[0][2] ?? 'all').padStart(3)}` : '';
      const limit = `${String(maxDetections).padStart(3)}${group || ' '}`;
      return ` ${title} (${measure}) @[ IoU=${over} | area=${area.padStart(6)} | maxDets=${limit}] = ${formatFixed(value, 3)}`;
    })
    .join('\n');
}

/** The table panopticapi prints, digit for digit. */
export function formatPanopticSummary(result: PanopticResult): string {
  expectResult('formatPanopticSummary', result, 'all', 'things', 'stuff');
  const { all, things, stuff } = result;
  const percent = (value: number) => formatFixed(100 * value, 1).padStart(5);
  const row = (name: string, { pq, sq, rq, n }: PanopticMean) =>
    `${name.padEnd(10)}| ${percent(pq)}  ${percent(sq)}  ${percent(rq)} ${String(n).padStart(5)}`;
  const head = `${' '.repeat(10)}| ${'PQ'.padStart(5)}  ${'SQ'.padStart(5)}  ${'RQ'.padStart(5)} ${'N'.padStart(5)}`;
  return [head, '-'.repeat(38), row('All', all), row('Things', things), row('Stuff', stuff)].join('\n');
}

/** Mean IoU and its relatives, in percent. */
export function formatSemanticSummary(result: SemanticResult): string {
  expectResult('formatSemanticSummary', result, 'meanIou', 'frequencyWeightedIou', 'meanAccuracy', 'pixelAccuracy');
  const row = (name: string, value: number) => `${name.padEnd(10)}| ${formatFixed(value, 2).padStart(6)}`;
  return [
    row('mIoU', result.meanIou),
    row('fwIoU', result.frequencyWeightedIou),
    row('mACC', result.meanAccuracy),
    row('pACC', result.pixelAccuracy),
  ].join('\n');
}
