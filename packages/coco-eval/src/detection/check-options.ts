import { expectNames } from '../state/expect-options.ts';
import { expectList, expectObject, expectThat } from '../state/expect-value.ts';
import type { DetectionOptions } from './options.ts';

/** More thresholds than this are no thresholds. */
const MOST_THRESHOLDS = 10_000;

const NAMES: Readonly<Record<keyof Required<DetectionOptions>, true>> = {
  iouType: true,
  imageIds: true,
  categoryIds: true,
  iouThresholds: true,
  recallThresholds: true,
  maxDetections: true,
  areaRanges: true,
  useCategories: true,
  rules: true,
  dilationRatio: true,
  resultKind: true,
};

/** Names that the parameters of an evaluation have. */
export const DETECTION_NAMES: readonly string[] = Object.keys(NAMES);

/** Refuses names of options that are neither a parameter's nor the caller's own. */
export function expectDetectionNames(where: string, options: unknown, own: readonly string[]): void {
  expectNames(where, options, [...DETECTION_NAMES, ...own]);
}

/** Checks what the caller, or a file, has chosen. @throws at the first option that is not of its kind */
export function requireOptions(options: DetectionOptions): void {
  requireOneOf('iouType', options.iouType, ['segm', 'bbox', 'boundary']);
  requireOneOf('rules', options.rules, ['coco', 'lvis']);
  requireOneOf('resultKind', options.resultKind, ['bbox', 'segmentation']);
  requireOneOf('useCategories', options.useCategories, [true, false]);
  requireThresholds('iouThresholds', options.iouThresholds);
  requireThresholds('recallThresholds', options.recallThresholds);
  requireIds('imageIds', options.imageIds);
  requireIds('categoryIds', options.categoryIds);
  const { dilationRatio = 1, areaRanges = [], maxDetections = [1] } = options;
  expectThat(Number.isFinite(dilationRatio) && dilationRatio > 0, 'dilationRatio', 'a number above 0', dilationRatio);
  for (const [k, range] of expectList('areaRanges', areaRanges).entries()) requireRange(`areaRanges[${k}]`, range);
  const limits = expectList('maxDetections', maxDetections) as number[];
  const isLimit = (limit: number) => Number.isSafeInteger(limit) && limit > 0;
  expectThat(limits.length > 0 && limits.every(isLimit), 'maxDetections', 'whole numbers above 0', limits);
}

function requireOneOf(where: string, value: unknown, known: unknown[]): void {
  expectThat(value === undefined || known.includes(value), where, `one of ${known.join(', ')}`, value);
}

/** A list of numbers or an array of them. */
function requireThresholds(where: string, value: ArrayLike<number> | undefined): void {
  if (value === undefined) return;
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  const isNumbers = isList && value.length <= MOST_THRESHOLDS && Array.from(value).every((t) => Number.isFinite(t));
  expectThat(isNumbers, where, `at most ${MOST_THRESHOLDS} numbers`, value);
}

function requireIds(where: string, ids: unknown): void {
  if (ids === undefined) return;
  const wrong = expectList(where, ids).find((id) => typeof id !== 'number' && typeof id !== 'string');
  expectThat(wrong === undefined, where, 'ids of numbers or text', wrong);
}

function requireRange(where: string, value: unknown): void {
  const { name, min, max } = expectObject(where, value);
  const holds = typeof name === 'string' && typeof min === 'number' && typeof max === 'number' && min <= max;
  expectThat(holds, where, 'a name and numbers min and max', value);
}
