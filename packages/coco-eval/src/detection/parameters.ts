import { linspace } from '../numeric/numpy-sum.ts';
import { expectThat } from '../state/expect-value.ts';
import { requireCategories } from './categories.ts';
import { requireOptions } from './check-options.ts';
import type { CocoCategory, CocoId } from './coco-types.ts';
import type { AreaRange, DetectionOptions, IouType } from './options.ts';

/** Options with everything decided. Shapes below: T thresholds, R recalls, K categories, A areas, M limits. */
export type DetectionParameters = {
  iouType: IouType;
  categories: CocoCategory[]; // [K] ascending ids; one with id −1 where categories do not count
  categoryIds: CocoId[]; // those evaluated, ascending
  imageIds: CocoId[] | null; // null: all that are added
  iouThresholds: number[]; // [T]
  recallThresholds: number[]; // [R]
  maxDetections: number[]; // [M] ascending
  areaRanges: AreaRange[]; // [A]
  useCategories: boolean;
  rules: 'coco' | 'lvis';
  dilationRatio: number;
  resultKind: 'bbox' | 'segmentation';
};

/** Lin et al. 2014; bounds are those of pycocotools. */
export const COCO_AREAS: readonly AreaRange[] = [
  { name: 'all', min: 0, max: 1e10 },
  { name: 'small', min: 0, max: 32 ** 2 },
  { name: 'medium', min: 32 ** 2, max: 96 ** 2 },
  { name: 'large', min: 96 ** 2, max: 1e10 },
];

/** Detections LVIS keeps of an image, over all categories. */
export const LVIS_MAX_DETECTIONS = 300;

/** Numbers a result may hold for each of its arrays: 2 GB. */
const MOST_NUMBERS = 2 ** 28;

/** Fills in what the options leave open. @throws at options that are none, or together are too many for a result */
export function decideParameters(
  categories: readonly CocoCategory[],
  options: DetectionOptions = {},
): DetectionParameters {
  requireCategories('categories', categories);
  requireOptions(options);
  const rules = options.rules ?? 'coco';
  const iouType = options.iouType ?? 'segm';
  const useCategories = options.useCategories ?? true;
  const known = new Map(categories.map((category) => [category.id, category]));
  const categoryIds = ascendingIds(options.categoryIds ?? known.keys());
  const limits = options.maxDetections ?? (rules === 'lvis' ? [LVIS_MAX_DETECTIONS] : [1, 10, 100]);
  const parameters: DetectionParameters = {
    iouType,
    categories: useCategories ? categoryIds.map((id) => known.get(id) ?? { id }) : [{ id: -1, name: 'all' }],
    categoryIds,
    imageIds: options.imageIds ? ascendingIds(options.imageIds) : null,
    iouThresholds: Array.from(options.iouThresholds ?? linspace(0.5, 0.95, 10)),
    recallThresholds: Array.from(options.recallThresholds ?? linspace(0, 1, 101)),
    maxDetections: [...limits].sort((a, b) => a - b),
    areaRanges: [...(options.areaRanges ?? COCO_AREAS)],
    useCategories,
    rules,
    dilationRatio: options.dilationRatio ?? 0.02,
    resultKind: options.resultKind ?? (iouType === 'bbox' ? 'bbox' : 'segmentation'),
  };
  requireRoom(parameters);
  return parameters;
}

function requireRoom(parameters: DetectionParameters): void {
  const { iouThresholds, recallThresholds, categories, areaRanges, maxDetections } = parameters;
  const lists = [iouThresholds, recallThresholds, categories, areaRanges, maxDetections];
  const numbers = lists.reduce((product, { length }) => product * length, 1);
  const expected = 'at most 2^28 thresholds x recalls x categories x areas x limits';
  expectThat(numbers <= MOST_NUMBERS, 'options', expected, numbers);
}

/** True if an area lies outside of a size class; the bounds belong to the class. */
export function isOutside(area: number, { min, max }: AreaRange): boolean {
  return area < min || area > max;
}

/** Each id once: numbers ascending, then text by code. */
export function ascendingIds(ids: Iterable<CocoId>): CocoId[] {
  return [...new Set(ids)].sort(compareIds);
}

/** The order of ids: numbers before text, numbers by value, text by code. */
export function compareIds(a: CocoId, b: CocoId): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
