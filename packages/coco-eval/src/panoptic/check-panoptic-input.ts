import { expectCounts, expectList, expectObject, expectThat, isCount } from '../state/expect-value.ts';
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
  const isPixels =
    Array.isArray(ids) || (ArrayBuffer.isView(ids) && !(ids instanceof DataView)) || ids instanceof IdRuns;
  expectThat(isPixels, `${evaluator}: ${what}`, 'ids of pixels', ids);
  const where = `${evaluator}: segments of the ${what}`;
  for (const [k, segment] of expectList(where, segments).entries()) {
    const at = `${where}[${k}]`;
    const { id, category_id, iscrowd, area } = expectObject(at, segment);
    expectThat(isCount(id), at, 'an id of a whole number of 0 or more', id);
    expectThat(categories.has(category_id as number), where, `a known category for segment ${id}`, category_id);
    expectThat(isFlag(iscrowd), at, 'iscrowd of 0 or 1', iscrowd);
    expectThat(
      area === undefined || (Number.isFinite(area) && Number(area) >= 0),
      at,
      'area of a number, or none',
      area,
    );
  }
}

/** Checks what an image has added. @throws unless its categories are known, and each match has its IoU */
export function readTally(where: string, stored: unknown, categories: ReadonlyMap<number, unknown>): ImageTally {
  const tally = expectObject(where, stored);
  expectThat(isCount(tally.index), `${where}.index`, 'a whole number of 0 or more', tally.index);
  const lists = ['matched', 'falsePositives', 'falseNegatives'] as const;
  for (const list of lists) {
    const wrong = expectCounts(`${where}.${list}`, tally[list]).find((id) => !categories.has(id));
    expectThat(wrong === undefined, `${where}.${list}`, 'known categories', wrong);
  }
  const iou = expectList(`${where}.iou`, tally.iou, (tally.matched as number[]).length);
  const wrong = iou.find((value) => !(Number.isFinite(value) && Number(value) > 0.5));
  expectThat(wrong === undefined, `${where}.iou`, 'numbers above 0.5', wrong);
  return stored as ImageTally;
}
