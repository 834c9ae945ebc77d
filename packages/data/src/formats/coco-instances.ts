import { describeValue, FormatError } from '@seg/checkpoint/safetensors';
import { type CocoRle, parseRle } from '@seg/coco-eval';
import { type Category, IMAGE_LIMITS, type ImageSize } from '@seg/image';

import { attempt, type FaultSink } from '../data-sets/data-fault.ts';
import { type JsonObject, listOf, objectOf } from '../data-sets/json-fields.ts';
import type { MaskSegment } from '../data-sets/mask-sample.ts';
import { type BoxMask, boxMaskOfRle, rlePixelBox } from '../masks/box-mask.ts';
import type { MaskRoom } from '../masks/mask-room.ts';
import { polygonMask } from '../masks/polygon-mask.ts';
import { categoriesOf } from './category-list.ts';
import { requireInside } from './safe-path.ts';

/** One object of a COCO instance file, its mask not drawn yet. */
export type CocoInstance = {
  /** Place in the file, for messages. */
  where: string;
  category: number;
  isCrowd: boolean;
  /** Parts, each as corners [x0, y0, x1, y1, ...], or run lengths. */
  shape: readonly (readonly number[])[] | CocoRle;
};

/** One image of a COCO instance file with its objects. */
export type CocoInstanceImage = {
  id: string;
  file_name: string;
  /** Height and width, null where the file does not say. */
  size: ImageSize | null;
  instances: CocoInstance[];
};

/** COCO instance file, checked and in the order of its images. */
export type CocoInstances = { categories: Category[]; images: CocoInstanceImage[] };

/**
 * Reads what a COCO instance file says: polygons, run lengths as text or numbers, crowds. Ids may be numbers or texts, from
 * anything on. Categories keep their order, and their numbers where all have one.
 *
 * @param json Parsed
 * @param name Of the file, for messages
 * @param report Takes what is wrong with single images and objects, which are left out then
 * @throws FormatError of one line where the file is no COCO file at all; what `report` throws
 */
export function parseCocoInstances(json: unknown, name: string, report: FaultSink): CocoInstances {
  const root = objectOf(json, name);
  const annotations = listOf(root, 'annotations', name);
  const entries = withoutRoot(listOf(root, 'categories', name), annotations);
  const categories = readCategories(entries, name);
  const classes = new Map(entries.map((entry, i) => [textOf(entry.id, `${name}: categories[${i}]`), i]));
  if (classes.size < entries.length) throw new FormatError(`${name}: expected every category id once, got one twice`);
  const { images, refused } = readImages(listOf(root, 'images', name), name, report);
  const byId = new Map(images.map((image) => [image.id, image]));
  const seen = new Set<string>();
  annotations.forEach((entry, i) => {
    const where = `${name}: annotations[${i}]`;
    reportDuplicate(entry, seen, where, report);
    attempt('annotation', report, () => {
      const [imageId, categoryId] = [textOf(entry.image_id, where), textOf(entry.category_id, where)];
      const [image, category] = [byId.get(imageId), classes.get(categoryId)];
      if (image === undefined && refused.has(imageId)) return; // told of the image already
      if (image === undefined) reportUnknown('image_id', entry.image_id, where, report);
      else if (category === undefined) reportUnknown('category_id', entry.category_id, where, report);
      else addInstance(image, category, entry, where, report);
    });
  });
  return { categories, images };
}

/** A whole number that JSON has as another: beyond 2⁵³ several become one. */
const isRounded = (id: unknown) => typeof id === 'number' && Number.isInteger(id) && !Number.isSafeInteger(id);

/** @throws FormatError at a number that cannot be told from its neighbors */
function textOf(id: unknown, where: string): string {
  if (!isRounded(id)) return String(id);
  throw new FormatError(`${where}: expected ids below 2^53, or as texts, got ${id}, which is rounded`);
}

/**
 * Leaves out the root of Roboflow's exports: the name of the project as a category of `supercategory` "none", which others name
 * as theirs and no object has.
 */
function withoutRoot(categories: readonly JsonObject[], annotations: readonly JsonObject[]): JsonObject[] {
  const isRoot = (entry: JsonObject) =>
    entry.supercategory === 'none' &&
    categories.some((other) => other !== entry && other.supercategory === entry.name) &&
    !annotations.some(({ category_id }) => String(category_id) === String(entry.id));
  return categories.filter((entry) => !isRoot(entry));
}

function reportDuplicate({ id }: JsonObject, seen: Set<unknown>, where: string, report: FaultSink): void {
  if (id === undefined || isRounded(id) || !seen.has(id)) {
    seen.add(id);
    return;
  }
  const message = `${where}: expected every annotation id once, got ${describeValue(id)} twice`;
  report({ severity: 'warning', kind: 'duplicate', message });
}

function readCategories(entries: readonly JsonObject[], name: string): Category[] {
  const isNumbered = entries.every(({ id }) => Number.isSafeInteger(id));
  const categories = entries.map((entry, i): Category => {
    if (typeof entry.name !== 'string' || entry.name === '') {
      throw new FormatError(`${name}: categories[${i}]: expected a name, got ${describeValue(entry.name)}`);
    }
    if (typeof entry.id !== 'number' && typeof entry.id !== 'string') {
      throw new FormatError(`${name}: categories[${i}]: expected an id, got ${describeValue(entry.id)}`);
    }
    const isThing = entry.isthing !== 0;
    return { id: isNumbered ? (entry.id as number) : i + 1, name: entry.name, isThing };
  });
  return categoriesOf(categories, true, name);
}

/** Reads images, and the ids of those that were refused. */
function readImages(entries: readonly JsonObject[], name: string, report: FaultSink) {
  const images: CocoInstanceImage[] = [];
  const [seen, refused] = [new Set<string>(), new Set<string>()];
  entries.forEach((entry, i) => {
    const where = `${name}: images[${i}]`;
    const id = String(entry.id);
    refused.add(id);
    attempt('annotation', report, () => {
      if (typeof entry.id !== 'number' && typeof entry.id !== 'string') {
        throw new FormatError(`${where}: expected an id, got ${describeValue(entry.id)}`);
      }
      textOf(entry.id, where);
      if (seen.has(id)) throw new FormatError(`${where}: expected every image id once, got ${id} twice`);
      seen.add(id);
      const file_name = requireInside(entry.file_name, 'file_name', where);
      images.push({ id, file_name, size: readSize(entry, where), instances: [] });
      refused.delete(id);
    });
  });
  return { images, refused };
}

function readSize({ width, height }: JsonObject, where: string): ImageSize | null {
  if ((width ?? null) === null && (height ?? null) === null) return null;
  const isSide = (side: unknown) =>
    Number.isInteger(side) && (side as number) >= 1 && (side as number) <= IMAGE_LIMITS.maxSide;
  if (isSide(width) && isSide(height) && (width as number) * (height as number) <= IMAGE_LIMITS.maxPixels) {
    return [height as number, width as number];
  }
  const found = `${describeValue(width)} and ${describeValue(height)}`;
  throw new FormatError(`${where}: expected width and height of an image, got ${found}`);
}

function addInstance(
  image: CocoInstanceImage,
  category: number,
  { segmentation, iscrowd = 0 }: JsonObject,
  where: string,
  report: FaultSink,
): void {
  if (segmentation === undefined || segmentation === null || isEmptyList(segmentation)) {
    const message = `${where}: expected a segmentation, got ${describeValue(segmentation)}`;
    report({ severity: 'error', kind: 'no-mask', message });
    return;
  }
  attempt('annotation', report, () => {
    if (!isFlag(iscrowd)) {
      throw new FormatError(`${where}: expected iscrowd of 0 or 1, got ${describeValue(iscrowd)}`);
    }
    const shape = Array.isArray(segmentation)
      ? readPolygons(segmentation, where)
      : readRuns(segmentation, image, where);
    image.instances.push({ where, category, isCrowd: iscrowd === 1 || iscrowd === true, shape });
  });
}

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;
const isFlag = (value: unknown) => value === 0 || value === 1 || value === false || value === true;

/** Lists of corners; or one list that is not within another, as VGG Image Annotator writes it. */
function readPolygons(given: readonly unknown[], where: string): (readonly number[])[] {
  const parts = Array.from(given).every((value) => typeof value === 'number') ? [given] : given;
  return Array.from(parts, (part, i) => {
    if (!Array.isArray(part) || part.length < 6 || part.length % 2 !== 0 || !Array.from(part).every(Number.isFinite)) {
      const found = Array.isArray(part) ? `${part.length} values, ${describeValue(part)}` : describeValue(part);
      throw new FormatError(`${where}.segmentation[${i}]: expected three or more corners x, y, got ${found}`);
    }
    return part as number[];
  });
}

function readRuns(stored: unknown, { size }: CocoInstanceImage, where: string): CocoRle {
  let found: readonly [number, number];
  try {
    const { height, width } = parseRle(stored as CocoRle);
    found = [height, width];
  } catch (error) {
    throw new FormatError(`${where}.segmentation: ${(error as Error).message}`, { cause: error });
  }
  if (size === null || (found[0] === size[0] && found[1] === size[1])) return stored as CocoRle;
  const [want, got] = [`${size[1]}x${size[0]}`, `${found[1]}x${found[0]}`];
  throw new FormatError(`${where}.segmentation: expected runs of the image's ${want} pixels, got ${got}`);
}

/**
 * Draws the masks of one image.
 *
 * @param size Height and width of the image as the file has it
 * @param report Takes objects without a pixel and polygons that leave the image; what is outside is cut
 */
export function drawInstances(
  instances: readonly CocoInstance[],
  size: ImageSize,
  room: MaskRoom,
  report: FaultSink,
): MaskSegment[] {
  const segments: MaskSegment[] = [];
  for (const { where, category, isCrowd, shape } of instances) {
    if (isPolygons(shape)) reportOutside(shape, size, where, report);
    const mask = isPolygons(shape) ? polygonMask(shape, size, room, where) : runsMask(shape, room);
    if (mask.data.length > 0) segments.push({ mask, category, isCrowd });
    else {
      const message = `${where}: expected a mask with pixels in the image, got none`;
      report({ severity: 'warning', kind: 'empty-mask', message });
    }
  }
  return segments;
}

function isPolygons(shape: CocoInstance['shape']): shape is readonly (readonly number[])[] {
  return Array.isArray(shape);
}

function runsMask(shape: CocoRle, room: MaskRoom): BoxMask {
  const rle = parseRle(shape);
  const box = rlePixelBox(rle);
  room.take(box);
  return boxMaskOfRle(rle, box);
}

/** Pixels beyond the edge that are put down to rounding: annotation tools let corners lie on the far edge. */
const ROUNDING = 1;

/** Tells of corners that leave the image. */
export function reportOutside(
  polygons: readonly (readonly number[])[],
  [height, width]: ImageSize,
  where: string,
  report: FaultSink,
): void {
  for (const corners of polygons) {
    for (let i = 0; i + 1 < corners.length; i += 2) {
      const [x, y] = [corners[i], corners[i + 1]];
      if (x >= -ROUNDING && y >= -ROUNDING && x <= width + ROUNDING && y <= height + ROUNDING) continue;
      const message = `${where}: expected corners within ${width}x${height} pixels, got ${x}, ${y}`;
      report({ severity: 'warning', kind: 'outside', message });
      return;
    }
  }
}

function reportUnknown(field: string, value: unknown, where: string, report: FaultSink): void {
  const message = `${where}: expected a known ${field}, got ${describeValue(value)}`;
  report({ severity: 'error', kind: 'unknown-reference', message });
}
