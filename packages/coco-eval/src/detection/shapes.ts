import { boundaryOf } from '../mask/boundary.ts';
import { type Box, iouOfBoxes, type MeasuredRle, measuredIou, measureRle } from '../mask/overlap.ts';
import { boxToRle, polygonsToRle } from '../mask/polygon.ts';
import type { Rle } from '../mask/rle.ts';
import { type CocoRle, parseArea, parseRle } from '../mask/rle-string.ts';
import { describeValue } from '../state/expect-value.ts';
import type { CocoImage, CocoSegmentation } from './coco-types.ts';
import type { IouType } from './options.ts';

/** Place of an object, in the form its overlap is computed from. */
export type ObjectShape = { box: Box; mask?: MeasuredRle; boundary?: MeasuredRle };

/** True if a segmentation is of runs, not of polygons; the runs themselves are not looked at. */
export function isRle(segmentation: unknown): segmentation is CocoRle {
  return typeof segmentation === 'object' && segmentation !== null && !Array.isArray(segmentation);
}

/**
 * Checks a bbox.
 *
 * @throws unless this is [x, y, width, height] of numbers, which may be NaN or infinite
 */
export function requireBox(where: string, box: unknown): Box {
  if (!Array.isArray(box) || box.length !== 4 || !Array.from(box).every((value) => typeof value === 'number')) {
    throw new TypeError(`${where}: expected bbox [x, y, width, height], got ${describeValue(box)}`);
  }
  return box as unknown as Box;
}

/**
 * Checks a segmentation as far as it can be without drawing it.
 *
 * @throws unless this is a non-empty list of polygons, the first of more than two corners, or runs
 */
export function requireSegmentation(where: string, segmentation: unknown): CocoSegmentation {
  if (isRle(segmentation)) return segmentation;
  const polygons = segmentation as number[][];
  const good =
    Array.isArray(polygons) &&
    polygons.length > 0 &&
    Array.from(polygons).every(isCoordinates) &&
    polygons[0]?.length > 4;
  if (good) return polygons;
  throw new TypeError(
    `${where}: expected segmentation of polygons with three corners or more, or RLE, got ${describeValue(segmentation)}`,
  );
}

function isCoordinates(polygon: unknown): boolean {
  return Array.isArray(polygon) && Array.from(polygon).every((value) => typeof value === 'number');
}

/** The mask of an annotation: runs as they are, polygons and boxes drawn at the size of the image. */
export function annotationMask(where: string, segmentation: CocoSegmentation, image: CocoImage): Rle {
  return naming(where, () => {
    if (isRle(segmentation)) return parseRle(segmentation);
    const { height, width } = requireImageSize(image);
    return polygonsToRle(segmentation, height, width);
  });
}

/** The area of runs, checked like a mask of which nothing else is asked. */
export function storedArea(where: string, stored: CocoRle): number {
  return naming(where, () => parseArea(stored));
}

function naming<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new RangeError(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

/** The mask of a box at the size of the image. @throws if the image has no size */
export function boxMask(box: Box, image: CocoImage): Rle {
  const { height, width } = requireImageSize(image);
  return boxToRle(box, height, width);
}

function requireImageSize({ id, height, width }: CocoImage): { height: number; width: number } {
  if (typeof height === 'number' && typeof width === 'number') return { height, width };
  throw new RangeError(`image ${id}: expected height and width, got ${height} x ${width}`);
}

/** The boundary of a mask, measured. */
export function boundaryShape(mask: MeasuredRle, dilationRatio: number): MeasuredRle {
  return measureRle(boundaryOf(mask, dilationRatio));
}

/** IoU of a detection with a ground truth; a boundary counts only where it is the lesser, and never for crowds. */
export function shapeIou(iouType: IouType, detection: ObjectShape, truth: ObjectShape, isCrowd: boolean): number {
  if (iouType === 'bbox') return iouOfBoxes(detection.box, truth.box, isCrowd);
  const iou = measuredIou(detection.mask!, truth.mask!, isCrowd);
  if (iouType === 'segm' || isCrowd) return iou;
  return Math.min(iou, measuredIou(detection.boundary!, truth.boundary!, false));
}
