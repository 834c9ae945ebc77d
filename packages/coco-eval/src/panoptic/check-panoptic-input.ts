import {
  expectCounts,
  expectEach,
  expectList,
  expectObject,
  expectThat,
  isCount,
  isList,
  isWithin,
} from '../state/expect-value.ts';
import { IdRuns } from './id-runs.ts';
import type { ImageTally, PanopticCategory, PanopticMap, PanopticQualityOptions } from './panoptic-types.ts';

/** Value that Python compares with 1: a number or a boolean; text is never equal to it. */
function isFlag(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean';
}

/** Checks categories and options. @throws at the first that is none @returns the categories by id */
export function readOptions(where: string, options: PanopticQualityOptions): Map<number, PanopticCategory> {
  const { categories, iouType = 'mask', dilationRatio = 1 } = options;
  expectThat(iouType === 'mask' || iouType === 'boundary', where, 'iouType mask or boundary', iouType);
  expectThat(Number.isFinite(dilationRatio) && dilationRatio > 0, where, 'dilationRatio above 0', dilationRatio);
  const known = new Map<number, PanopticCategory>();
  for (const [k, category] of expectList(`${where}: categories`, categories).entries()) {
    const at = `${where}: categories[${k}]`;
    const { id, name, isthing } = expectObject(at, category);
    expectThat(isCount(id), at, 'an id of a whole number of 0 or more', id);
    expectThat(typeof (name ?? '') === 'string', at, 'a name of text', name);
    expectThat(isFlag(isthing), at, 'isthing of 0 or 1', isthing);
    known.set(id, category as PanopticCategory);
  }
  return known;
}

/** Checks a map and its segments. @throws at pixels of no numbers, and at the first segment that is none or unknown */
export function requireMap(
  what: string,
  map: PanopticMap,
  categories: ReadonlyMap<number, unknown>,
  evaluator = 'PanopticQuality',
): void {
  const { ids, segments } = expectObject(`${evaluator}: ${what}`, map);
  expectThat(isList(ids) || ids instanceof IdRuns, `${evaluator}: ${what}`, 'ids of pixels', ids);
  const where = `${evaluator}: segments of the ${what}`;
  requireSegments(where, segments, categories);
}

/** Checks a list of segments. @throws at the first that is none or unknown */
export function requireSegments(where: string, segments: unknown, categories: ReadonlyMap<number, unknown>): void {
  for (const [k, segment] of expectList(where, segments).entries()) {
    const at = `${where}[${k}]`;
    const { id, category_id, iscrowd, area } = expectObject(at, segment);
    expectThat(isCount(id), at, 'an id of a whole number of 0 or more', id);
    expectThat(categories.has(category_id as number), where, `a known category for segment ${id}`, category_id);
    expectThat(isFlag(iscrowd), at, 'iscrowd of 0 or 1', iscrowd);
    const isArea = area === undefined || isWithin(area, 0, Number.MAX_VALUE);
    expectThat(isArea, at, 'area of a number, or none', area);
  }
}

/** Checks what an image has added. @throws unless its categories are known, and each match has its IoU */
export function readTally(where: string, stored: unknown, categories: ReadonlyMap<number, unknown>): ImageTally {
  const tally = expectObject(where, stored);
  expectThat(isCount(tally.index), `${where}.index`, 'a whole number of 0 or more', tally.index);
  const lists = ['matched', 'falsePositives', 'falseNegatives'] as const;
  for (const list of lists) {
    const ids = expectCounts(`${where}.${list}`, tally[list]);
    expectEach(`${where}.${list}`, 'known categories', ids, (id) => categories.has(id as number));
  }
  const iou = expectList(`${where}.iou`, tally.iou, (tally.matched as number[]).length);
  const isMatch = (value: unknown) => isWithin(value, 0.5, 1) && value > 0.5;
  expectEach(`${where}.iou`, 'numbers above 0.5, at most 1', iou, isMatch);
  return stored as ImageTally;
}
