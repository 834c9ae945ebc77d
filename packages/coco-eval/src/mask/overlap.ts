import { expectList, expectThat, isList } from '../state/expect-value.ts';
import { type Rle, requireTotal, rleArea, rleBox } from './rle.ts';

/** [x, y, width, height] */
export type Box = readonly [x: number, y: number, width: number, height: number];

/**
 * Intersection over union of two boxes; over the area of the first where the second is a crowd. Boxes that do not
 * overlap give 0. A NaN is passed over when corners are compared, as C's fmin and fmax do, so it may or may not arrive
 * in the result, as in pycocotools.
 */
export function boxIou(detection: Box, groundTruth: Box, isCrowd = false): number {
  expectThat(isBox(detection), 'boxIou', 'a box [x, y, width, height] as detection', detection);
  expectThat(isBox(groundTruth), 'boxIou', 'a box [x, y, width, height] as groundTruth', groundTruth);
  return iouOfBoxes(detection, groundTruth, isCrowd);
}

function isBox(value: unknown): boolean {
  return isList(value) && value.length === 4 && Array.from(value).every((side) => typeof side === 'number');
}

/** {@link boxIou} of what was checked where it came in. */
export function iouOfBoxes(detection: Box, groundTruth: Box, isCrowd: boolean): number {
  const [dx, dy, dw, dh] = detection;
  const [gx, gy, gw, gh] = groundTruth;
  const width = lesser(dx + dw, gx + gw) - greater(dx, gx);
  if (width <= 0) return 0;
  const height = lesser(dy + dh, gy + gh) - greater(dy, gy);
  if (height <= 0) return 0;
  const intersection = width * height;
  const area = dw * dh;
  return intersection / (isCrowd ? area : area + gw * gh - intersection);
}

function lesser(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : Math.min(a, b);
}

function greater(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : Math.max(a, b);
}

/** A mask with what every comparison asks of it, computed once. */
export type MeasuredRle = Rle & { readonly area: number; readonly box: Box };

/**
 * A mask with its area and box.
 *
 * @param rle whose runs add up to its size
 */
export function measureRle(rle: Rle): MeasuredRle {
  return { height: rle.height, width: rle.width, counts: rle.counts, area: rleArea(rle), box: rleBox(rle) };
}

/**
 * Intersection over union of two masks; over the area of the first where the second is a crowd; −1 if their sizes
 * differ, 0 if they do not meet.
 */
export function measuredIou(detection: MeasuredRle, groundTruth: MeasuredRle, isCrowd = false): number {
  if (!(iouOfBoxes(detection.box, groundTruth.box, isCrowd) > 0)) return 0;
  if (detection.height !== groundTruth.height || detection.width !== groundTruth.width) return -1;
  const common = intersectionArea(detection.counts, groundTruth.counts);
  if (common === 0) return 0;
  return common / (isCrowd ? detection.area : detection.area + groundTruth.area - common);
}

/** Pixels in both masks, whose runs have the same total. */
export function intersectionArea(a: Uint32Array, b: Uint32Array): number {
  const [lengthA, lengthB] = [a.length, b.length];
  let common = 0;
  let startA = a[0];
  let startB = b[0];
  let endA = startA + a[1];
  let endB = startB + b[1];
  for (let ia = 1, ib = 1; ia < lengthA && ib < lengthB; ) {
    const start = Math.max(startA, startB);
    if (endA < endB) {
      if (endA > start) common += endA - start;
      startA = endA + a[ia + 1];
      endA = startA + a[ia + 2];
      ia += 2;
    } else {
      if (endB > start) common += endB - start;
      startB = endB + b[ib + 1];
      endB = startB + b[ib + 2];
      ib += 2;
    }
  }
  return common;
}

/**
 * Overlaps of masks with masks, as pycocotools' `mask.iou`.
 *
 * @param isCrowd [G] which ground truths are crowds
 * @returns [D, G] of measuredIou
 */
export function maskIou(
  detections: readonly Rle[],
  groundTruths: readonly Rle[],
  isCrowd: ArrayLike<number | boolean> = [],
): Float64Array {
  for (const masks of [detections, groundTruths]) expectList('maskIou', masks);
  for (const rle of [...detections, ...groundTruths]) requireTotal('maskIou', rle);
  const measured = groundTruths.map(measureRle);
  const ious = new Float64Array(detections.length * measured.length);
  detections.map(measureRle).forEach((detection, d) => {
    measured.forEach((truth, g) => {
      ious[d * measured.length + g] = measuredIou(detection, truth, Boolean(isCrowd[g]));
    });
  });
  return ious;
}
