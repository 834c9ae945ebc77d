import { expectNames } from '../state/expect-options.ts';
import { expectEach, expectList, expectObject, expectThat, isId, isList, isWithin } from '../state/expect-value.ts';
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
  expectThat(limits.length > 0 && Array.from(limits).every(isLimit), 'maxDetections', 'whole numbers above 0', limits);
}

function requireOneOf(where: string, value: unknown, known: unknown[]): void {
  expectThat(value === undefined || known.includes(value), where, `one of ${known.join(', ')}`, value);
}

/** A list of numbers or an array of them: shares, of an overlap or of the objects. */
function requireThresholds(where: string, value: ArrayLike<number> | undefined): void {
  if (value === undefined) return;
  const isFew = isList(value) && value.length <= MOST_THRESHOLDS;
  const isNumbers = isFew && Array.from(value).every((share) => Number.isFinite(share));
  expectThat(isNumbers, where, `at most ${MOST_THRESHOLDS} numbers`, value);
  expectEach(where, 'numbers of 0 to 1', Array.from(value), (share) => isWithin(share, 0, 1));
}

function requireIds(where: string, ids: unknown): void {
  if (ids !== undefined) expectEach(where, 'ids of numbers or text', ids, isId);
}

/** A share of a union, or what a caller has left out. */
export function requireShare(where: string, value: unknown): void {
  expectThat(isWithin(value ?? 0, 0, 1), where, 'a number of 0 to 1', value);
}

function requireRange(where: string, value: unknown): void {
  const { name, min, max } = expectObject(where, value);
  const holds = typeof name === 'string' && typeof min === 'number' && typeof max === 'number' && min <= max;
  expectThat(holds, where, 'a name and numbers min and max', value);
}
