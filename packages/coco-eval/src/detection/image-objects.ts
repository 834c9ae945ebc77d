import { type Box, type MeasuredRle, measureRle } from '../mask/overlap.ts';
import type { CocoAnnotation, CocoImage, CocoResult } from './coco-types.ts';
import type { DetectionParameters } from './parameters.ts';
import { isTrueInPython, pythonByte } from './python-values.ts';
import {
  annotationMask,
  boundaryShape,
  boxMask,
  isRle,
  type ObjectShape,
  requireBox,
  requireSegmentation,
  storedArea,
} from './shapes.ts';

/** A ground truth, checked. */
export type Truth = {
  id: number;
  isCrowd: boolean;
  isIgnored: boolean;
  area: number;
  annotation: CocoAnnotation;
  shape?: ObjectShape;
};

/** A detection, checked. */
export type Detected = {
  id: number;
  score: number;
  area: number;
  result: CocoResult;
  mask?: MeasuredRle;
  shape?: ObjectShape;
};

/**
 * Checks an annotation and decides whether it is a crowd and whether it counts.
 *
 * @throws where pycocotools would: without id or area, or without a readable bbox or segmentation
 */
export function readTruth(annotation: CocoAnnotation, { iouType, rules }: DetectionParameters): Truth {
  const where = `annotation ${annotation.id}`;
  const id = Number(annotation.id);
  if (annotation.id === null || Number.isNaN(id))
    throw new TypeError(`annotation: expected a numeric id, got ${annotation.id}`);
  if (rules === 'coco' && annotation.iscrowd === undefined) throw new TypeError(`${where}: expected iscrowd, got none`);
  const isCrowd = rules === 'coco' && pythonByte(`${where}: expected iscrowd`, annotation.iscrowd) > 0;
  const flagged = isTrueInPython(annotation.ignore);
  const isIgnored =
    rules === 'lvis' ? flagged : isTrueInPython(annotation.iscrowd) || (iouType === 'boundary' && flagged);
  if ((rules === 'lvis' || !isIgnored) && typeof annotation.area !== 'number')
    throw new TypeError(`${where}: expected area, got ${annotation.area}`);
  if (iouType === 'bbox') requireBox(where, annotation.bbox);
  else requireSegmentation(where, annotation.segmentation);
  return { id, isCrowd, isIgnored, area: annotation.area ?? 0, annotation };
}

/**
 * Checks a result and measures its area: that of its box or of its mask, by the kind of the results.
 *
 * @param keepsMask Whether the mask is sure to be compared: otherwise only its area is kept
 * @throws without a numeric score, or without the bbox or the compressed RLE that results of this kind need
 */
export function readDetection(
  result: CocoResult,
  id: number,
  parameters: DetectionParameters,
  keepsMask: boolean,
): Detected {
  const where = `result ${id}`;
  if (typeof result.score !== 'number') throw new TypeError(`${where}: expected a numeric score, got ${result.score}`);
  if (parameters.resultKind === 'bbox') {
    const [, , width, height] = requireBox(where, result.bbox);
    if (parameters.iouType !== 'bbox' && result.segmentation !== undefined)
      requireSegmentation(where, result.segmentation);
    return { id, score: result.score, area: width * height, result };
  }
  const { segmentation } = result;
  if (!isRle(segmentation) || typeof segmentation.counts !== 'string') {
    const got = segmentation === undefined ? 'none' : Array.isArray(segmentation) ? 'a list' : 'other';
    throw new TypeError(`${where}: expected segmentation of compressed RLE, got ${got}`);
  }
  if (!keepsMask) return { id, score: result.score, area: storedArea(where, segmentation), result };
  const mask = measureRle(annotationMask(where, segmentation, { id: result.image_id }));
  return { id, score: result.score, area: mask.area, result, mask };
}

/** The shape of a ground truth, drawn if it is of polygons. @throws if it cannot be drawn */
export function truthShape({ annotation }: Truth, image: CocoImage, parameters: DetectionParameters): ObjectShape {
  if (parameters.iouType === 'bbox') return { box: annotation.bbox as unknown as Box };
  return maskShape(
    measureRle(annotationMask(`annotation ${annotation.id}`, annotation.segmentation!, image)),
    parameters,
  );
}

/** The shape of a detection: its box, or its mask, which is that of the box where there is no other. */
export function detectionShape(
  { id, result, mask }: Detected,
  image: CocoImage,
  parameters: DetectionParameters,
): ObjectShape {
  if (parameters.iouType === 'bbox') {
    return { box: result.bbox === undefined && mask ? mask.box : requireBox(`result ${id}`, result.bbox) };
  }
  if (mask) return maskShape(mask, parameters);
  const drawn = result.segmentation
    ? annotationMask(`result ${id}`, result.segmentation, image)
    : boxMask(result.bbox as unknown as Box, image);
  return maskShape(measureRle(drawn), parameters);
}

function maskShape(mask: MeasuredRle, { iouType, dilationRatio }: DetectionParameters): ObjectShape {
  if (iouType === 'segm') return { box: mask.box, mask };
  return { box: mask.box, mask, boundary: boundaryShape(mask, dilationRatio) };
}
