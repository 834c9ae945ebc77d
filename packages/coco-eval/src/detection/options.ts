import type { CocoId } from './coco-types.ts';

/** Kind of overlap: masks, boxes, or masks with their boundaries (Cheng et al. 2021). */
export type IouType = 'segm' | 'bbox' | 'boundary';

/** Sizes of objects, in pixels, both bounds included. */
export type AreaRange = { name: string; min: number; max: number };

/**
 * Parameters of an evaluation of detections. Everything absent is as in pycocotools' Params, or with LVIS' rules as in
 * lvis-api.
 */
export type DetectionOptions = {
  /** `'boundary'` takes the lesser of mask and boundary IoU (Cheng et al. 2021). `'segm'` if absent. */
  iouType?: IouType;
  /** Ids of the images that count; all if absent. */
  imageIds?: readonly CocoId[];
  /** Ids of the categories that count; all if absent. */
  categoryIds?: readonly CocoId[];
  /** 0.5 to 0.95 in steps of 0.05, as numpy.linspace rounds them, if absent. */
  iouThresholds?: ArrayLike<number>;
  /** 0 to 1 in steps of 0.01, as numpy.linspace rounds them, if absent. */
  recallThresholds?: ArrayLike<number>;
  /** Detections of an image and category that count, any number of limits; 1, 10 and 100 if absent. */
  maxDetections?: readonly number[];
  /** Size classes, COCO_AREAS if absent. Errors and confusion are over the first, which should hold every size. */
  areaRanges?: readonly AreaRange[];
  /** False: evaluate as if all objects were of one category. */
  useCategories?: boolean;
  /** `'lvis'`: federated categories, no crowds, 300 detections an image. */
  rules?: 'coco' | 'lvis';
  /** Reach of the boundary as a share of the image diagonal, 0.02 if absent. */
  dilationRatio?: number;
  /** Kind of the results: decides their areas. By default that of the first result, or else by `iouType`. */
  resultKind?: 'bbox' | 'segmentation';
};
