import { describeValue, FormatError, parseJson } from '@seg/checkpoint/safetensors';

import { requireInside } from '../formats/safe-path.ts';
import type {
  CocoImageFile,
  CocoPanopticAnnotation,
  CocoPanopticCategory,
  CocoPanopticJson,
  CocoSegment,
} from './coco-panoptic-json.ts';
import { type JsonObject, listOf, objectOf } from './json-fields.ts';

/** Ids are R + 256 G + 256² B of a PNG of 8 bits. */
const HIGHEST_ID = 2 ** 24 - 1;

/** Least number of what may be negative: categories of other tools. */
const ANY = Number.MIN_SAFE_INTEGER;

/**
 * A COCO panoptic annotation file, checked from end to end: types, ids that are unique and known, names that stay in
 * their folder. Every image needs an annotation, every annotation an image.
 *
 * @param name Of the file, for messages
 * @throws FormatError of one line at the first thing that is wrong
 */
export function parseCocoPanoptic(text: string, name: string): CocoPanopticJson {
  const json = objectOf(parseJson(name, text), name);
  const at = (field: string, i: number) => `${name}: ${field}[${i}]`;
  const categories = listOf(json, 'categories', name).map((entry, i) => readCategory(entry, at('categories', i)));
  const images = listOf(json, 'images', name).map((entry, i) => readImageEntry(entry, at('images', i)));
  const [knownCategories, knownImages] = [uniqueIds(categories, name, 'category'), uniqueIds(images, name, 'image')];
  const annotations = listOf(json, 'annotations', name).map((entry, i) =>
    readAnnotation(entry, at('annotations', i), knownImages, knownCategories),
  );
  uniqueIds(
    annotations.map(({ image_id }) => ({ id: image_id })),
    name,
    'annotated image',
  );
  return { images, annotations, categories };
}

function readCategory(entry: JsonObject, where: string): CocoPanopticCategory {
  const isthing = wholeNumber(entry, 'isthing', where, 0, 1) as 0 | 1;
  const { color, supercategory } = entry;
  return {
    id: wholeNumber(entry, 'id', where, ANY),
    name: string(entry, 'name', where),
    isthing,
    color: isColor(color) ? color : [128, 128, 128],
    supercategory: typeof supercategory === 'string' ? supercategory : '',
  };
}

function isColor(value: unknown): value is [number, number, number] {
  return Array.isArray(value) && value.length === 3 && value.every((c) => Number.isInteger(c) && c >= 0 && c <= 255);
}

function readImageEntry(entry: JsonObject, where: string): CocoImageFile {
  return {
    id: wholeNumber(entry, 'id', where, 0),
    file_name: requireInside(entry.file_name, 'file_name', where),
    width: wholeNumber(entry, 'width', where, 1),
    height: wholeNumber(entry, 'height', where, 1),
  };
}

function readAnnotation(
  entry: JsonObject,
  where: string,
  images: ReadonlySet<number>,
  categories: ReadonlySet<number>,
): CocoPanopticAnnotation {
  const image_id = wholeNumber(entry, 'image_id', where, 0);
  if (!images.has(image_id)) throw new FormatError(`${where}: expected a known image_id, got ${image_id}`);
  const segments_info = listOf(entry, 'segments_info', where).map((segment, i) =>
    readSegment(segment, `${where}.segments_info[${i}]`, categories),
  );
  uniqueIds(segments_info, where, 'segment');
  return { image_id, file_name: requireInside(entry.file_name, 'file_name', where), segments_info };
}

function readSegment(entry: JsonObject, where: string, categories: ReadonlySet<number>): CocoSegment {
  const category_id = wholeNumber(entry, 'category_id', where, ANY);
  if (!categories.has(category_id)) throw new FormatError(`${where}: expected a known category_id, got ${category_id}`);
  const { area, bbox, iscrowd } = entry;
  if (bbox !== undefined && !(Array.isArray(bbox) && bbox.length === 4 && bbox.every(Number.isFinite))) {
    throw new FormatError(`${where}: expected bbox to be four numbers, got ${describeValue(bbox)}`);
  }
  return {
    id: wholeNumber(entry, 'id', where, 1, HIGHEST_ID),
    category_id,
    ...(area !== undefined && { area: wholeNumber(entry, 'area', where, 0) }),
    ...(bbox !== undefined && { bbox: bbox as CocoSegment['bbox'] }),
    iscrowd: iscrowd === undefined ? 0 : (wholeNumber(entry, 'iscrowd', where, 0, 1) as 0 | 1),
  };
}

function wholeNumber(
  entry: JsonObject,
  field: string,
  where: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const value = entry[field];
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  const from = least === ANY ? '' : ` of ${least} or more`;
  const range = most === Number.MAX_SAFE_INTEGER ? from : ` from ${least} to ${most}`;
  throw new FormatError(`${where}: expected ${field} to be a whole number${range}, got ${describeValue(value)}`);
}

function string(entry: JsonObject, field: string, where: string): string {
  const value = entry[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new FormatError(`${where}: expected ${field} to be a name, got ${describeValue(value)}`);
}

function uniqueIds(entries: readonly { id: number }[], where: string, what: string): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const { id } of entries) {
    if (ids.has(id)) throw new FormatError(`${where}: expected every ${what} id once, got ${id} twice`);
    ids.add(id);
  }
  return ids;
}
