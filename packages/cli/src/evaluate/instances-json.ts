import { FormatError, readAs, type Schema } from '@seg/checkpoint';
import type { CocoGroundTruth, CocoResult } from '@seg/coco-eval';
import * as v from 'valibot';

import { readJson } from '../read-json.ts';

const id = v.union([v.pipe(v.number(), v.finite()), v.string()], 'a number or text');
/** Python writes NaN, and pycocotools goes on with it: a warning of the check, no fault of the file. */
const numberOrNaN = v.custom<number>((value) => typeof value === 'number', 'a number');
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1));
/** LVIS' lists of categories. */
const ids = v.optional(v.array(id));
const box = v.custom<number[]>((value) => isBox(value) && value.every(Number.isFinite), 'four finite numbers');
/** NaN is a warning of the check here too. */
const resultBox = v.custom<number[]>(isBox, 'four numbers');
const shape = v.custom(isSegmentation, 'polygons of numbers, or runs with a size and counts');

const image = v.object({
  id,
  width: v.optional(side),
  height: v.optional(side),
  neg_category_ids: ids,
  not_exhaustive_category_ids: ids,
});
const annotation = v.object({
  id,
  image_id: id,
  category_id: id,
  bbox: v.optional(box),
  segmentation: v.optional(shape),
});
const category = v.object({ id, name: v.optional(v.string()) });
const result = v.object({
  image_id: id,
  category_id: id,
  score: numberOrNaN,
  bbox: v.optional(resultBox),
  segmentation: v.optional(shape),
});

const lists = v.object({
  images: v.array(v.unknown()),
  annotations: v.array(v.unknown()),
  categories: v.array(v.unknown()),
});

/**
 * Reads a COCO or LVIS instances file. Every entry is looked at alone, so that memory stays that of the file.
 *
 * @throws FormatError naming the file, the entry and the field that cannot be read
 */
export async function readGroundTruth(file: string): Promise<CocoGroundTruth> {
  const json = readAs(file, lists, await readJson(file));
  requireEntries(file, 'images', json.images, image);
  requireEntries(file, 'annotations', json.annotations, annotation);
  requireEntries(file, 'categories', json.categories, category);
  return json as CocoGroundTruth;
}

/**
 * Reads a COCO results file.
 *
 * @throws FormatError naming the file, the entry and the field that cannot be read
 */
export async function readResults(file: string): Promise<CocoResult[]> {
  const json = await readJson(file);
  if (!Array.isArray(json)) throw new FormatError(`${file}: expected a list of results, got ${kindOf(json)}`);
  requireEntries(file, 'results', json, result);
  return json;
}

function requireEntries(file: string, name: string, entries: readonly unknown[], schema: Schema<unknown>): void {
  for (const [i, entry] of entries.entries()) readAs(`${file}: ${name}[${i}]`, schema, entry);
}

function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value);
}

function isBox(value: unknown): value is number[] {
  return Array.isArray(value) && value.length === 4 && value.every((one) => typeof one === 'number');
}

/** A loop rather than a schema: a data set has fifty million coordinates. */
function isSegmentation(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPolygon);
  if (typeof value !== 'object' || value === null) return false;
  const { size, counts } = value as { size?: unknown; counts?: unknown };
  const isSize = Array.isArray(size) && size.length === 2 && size.every((one) => Number.isSafeInteger(one) && one >= 0);
  return isSize && (typeof counts === 'string' || (Array.isArray(counts) && counts.every(isRun)));
}

function isPolygon(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite);
}

function isRun(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
