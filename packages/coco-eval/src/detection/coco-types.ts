import type { CocoRle } from '../mask/rle-string.ts';

/** Ids are compared as JSON has them: 1 and 1.0 are one id, 1 and "1" are two. */
export type CocoId = number | string;

/** An entry of `images` in a ground-truth file, as far as the evaluation reads it. */
export type CocoImage = {
  id: CocoId;
  /** Needed where a polygon or a box becomes a mask. */
  height?: number;
  width?: number;
  /** LVIS: categories known to be absent. */
  neg_category_ids?: readonly CocoId[];
  /** LVIS: categories of which not every object is annotated. */
  not_exhaustive_category_ids?: readonly CocoId[];
};

/** Polygons [[x0, y0, x1, y1, ...], ...] or runs. */
export type CocoSegmentation = CocoRle | readonly (readonly number[])[];

/** An object of the ground truth. The evaluation of boxes reads `bbox`, the others `segmentation`. */
export type CocoAnnotation = {
  id: number;
  image_id: CocoId;
  category_id: CocoId;
  /** [x, y, width, height] */
  bbox?: readonly number[];
  /** Pixels; decides the size class, whatever the mask is. */
  area?: number;
  /** 1 for a crowd. Read as Python reads it: the text "0" is true, so the object does not count. */
  iscrowd?: number | boolean;
  ignore?: number | boolean;
  segmentation?: CocoSegmentation;
};

/** An entry of `categories` in a ground-truth file; categories that are not listed are never evaluated. */
export type CocoCategory = {
  id: CocoId;
  name?: string;
  /** LVIS: rare, common or frequent. */
  frequency?: 'r' | 'c' | 'f';
};

/** The JSON of a ground-truth file. */
export type CocoGroundTruth = {
  images: readonly CocoImage[];
  annotations: readonly CocoAnnotation[];
  categories: readonly CocoCategory[];
};

/** An entry of a results file. */
export type CocoResult = {
  image_id: CocoId;
  category_id: CocoId;
  score: number;
  bbox?: readonly number[];
  segmentation?: CocoSegmentation;
};
