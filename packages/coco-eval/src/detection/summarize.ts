import { numpyMean, type Summation } from '../numeric/numpy-sum.ts';
import { expectResult } from '../state/expect-value.ts';
import type { DetectionResult } from './accumulate.ts';
import type { CocoCategory } from './coco-types.ts';

/** One of the numbers of a summary, with what it is a mean over. */
export type SummaryLine = {
  /** AP, AP50, ..., AR1, ...; the field's names. */
  name: string;
  value: number;
  measure: 'AP' | 'AR';
  iou: number | null;
  area: string;
  maxDetections: number;
};

/** Part of the curves that a mean is over; null is everything. */
type Selection = { iou?: number | null; area: string; maxDetections: number; categories?: readonly number[] };

/**
 * The twelve numbers of COCO, −1 where nothing could be found. As in pycocotools, the first is over 100 detections
 * whatever the limits are, and −1 if 100 is none of them.
 *
 * @throws with fewer than three limits, where the reference fails
 */
export function summarizeDetections(result: DetectionResult, summation: Summation = 'numpy2'): SummaryLine[] {
  expectResult('summarizeDetections', result, 'parameters');
  const { parameters } = result;
  if (parameters.rules === 'lvis') return summarizeLvis(result, summation);
  const limits = parameters.maxDetections;
  if (limits.length < 3) throw new RangeError(`summarizeDetections: expected three limits, got [${limits}]`);
  const [first, second, third] = limits;
  const line = (name: string, measure: 'AP' | 'AR', area: string, maxDetections: number, iou: number | null = null) =>
    summaryLine(result, summation, { name, measure, area, maxDetections, iou });
  return [
    line('AP', 'AP', 'all', 100),
    line('AP50', 'AP', 'all', third, 0.5),
    line('AP75', 'AP', 'all', third, 0.75),
    line('APs', 'AP', 'small', third),
    line('APm', 'AP', 'medium', third),
    line('APl', 'AP', 'large', third),
    line(`AR${first}`, 'AR', 'all', first),
    line(`AR${second}`, 'AR', 'all', second),
    line(`AR${third}`, 'AR', 'all', third),
    line('ARs', 'AR', 'small', third),
    line('ARm', 'AR', 'medium', third),
    line('ARl', 'AR', 'large', third),
  ];
}

/** The thirteen numbers of LVIS (Gupta et al. 2019): APr, APc and APf are over rare, common and frequent categories. */
function summarizeLvis(result: DetectionResult, summation: Summation): SummaryLine[] {
  const limit = result.parameters.maxDetections.at(-1)!;
  const line = (name: string, measure: 'AP' | 'AR', area: string, iou: number | null = null, categories?: number[]) =>
    summaryLine(result, summation, { name, measure, area, maxDetections: limit, iou }, categories);
  const frequent = (frequency: string) =>
    result.parameters.categories.flatMap((category, k) => (category.frequency === frequency ? [k] : []));
  return [
    line('AP', 'AP', 'all'),
    line('AP50', 'AP', 'all', 0.5),
    line('AP75', 'AP', 'all', 0.75),
    line('APs', 'AP', 'small'),
    line('APm', 'AP', 'medium'),
    line('APl', 'AP', 'large'),
    line('APr', 'AP', 'all', null, frequent('r')),
    line('APc', 'AP', 'all', null, frequent('c')),
    line('APf', 'AP', 'all', null, frequent('f')),
    line(`AR@${limit}`, 'AR', 'all'),
    line(`ARs@${limit}`, 'AR', 'small'),
    line(`ARm@${limit}`, 'AR', 'medium'),
    line(`ARl@${limit}`, 'AR', 'large'),
  ];
}

function summaryLine(
  result: DetectionResult,
  summation: Summation,
  line: Omit<SummaryLine, 'value'>,
  categories?: number[],
): SummaryLine {
  const selection = { ...line, ...(categories && { categories }) };
  const values = line.measure === 'AP' ? selectPrecision(result, selection) : selectRecall(result, selection);
  return { ...line, value: values.length === 0 ? -1 : numpyMean(values, summation) };
}

/** Precisions above −1 in the order of the array. */
export function selectPrecision(result: DetectionResult, selection: Selection): number[] {
  return select(result, result.precision, result.shape[1], selection);
}

/** Recalls above −1 in the order of the array. */
export function selectRecall(result: DetectionResult, selection: Selection): number[] {
  return select(result, result.recall, 1, selection);
}

function select(result: DetectionResult, values: Float64Array, R: number, selection: Selection): number[] {
  const { parameters, shape } = result;
  const [T, , K, A, M] = shape;
  const a = parameters.areaRanges.findIndex(({ name }) => name === selection.area);
  const m = parameters.maxDetections.indexOf(selection.maxDetections);
  const found: number[] = [];
  if (a === -1 || m === -1) return found;
  const categories = selection.categories ?? Array.from({ length: K }, (_, k) => k);
  for (let t = 0; t < T; t++) {
    if (selection.iou != null && parameters.iouThresholds[t] !== selection.iou) continue;
    for (let r = 0; r < R; r++) {
      for (const k of categories) {
        const value = values[(((t * R + r) * K + k) * A + a) * M + m];
        if (value > -1) found.push(value);
      }
    }
  }
  return found;
}

/** Means of one category, over the largest limit; −1 where nothing could be found. */
export type CategoryAverages = { category: CocoCategory; averages: Record<string, number> };

/** AP, AP50, AP75, AP by size, and AR by limit, for each category. */
export function averagesPerCategory(result: DetectionResult, summation: Summation = 'numpy2'): CategoryAverages[] {
  expectResult('averagesPerCategory', result, 'parameters');
  const { categories, areaRanges, maxDetections } = result.parameters;
  const largest = maxDetections.at(-1)!;
  const mean = (values: number[]) => (values.length === 0 ? -1 : numpyMean(values, summation));
  return categories.map((category, k) => {
    const part = { categories: [k], area: 'all', maxDetections: largest };
    const averages: Record<string, number> = {
      AP: mean(selectPrecision(result, part)),
      AP50: mean(selectPrecision(result, { ...part, iou: 0.5 })),
      AP75: mean(selectPrecision(result, { ...part, iou: 0.75 })),
    };
    for (const { name } of areaRanges) {
      if (name !== 'all') averages[`AP${name[0]}`] = mean(selectPrecision(result, { ...part, area: name }));
    }
    for (const limit of maxDetections)
      averages[`AR${limit}`] = mean(selectRecall(result, { ...part, maxDetections: limit }));
    return { category, averages };
  });
}
