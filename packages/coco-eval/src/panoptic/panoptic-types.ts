import type { IdRuns } from './id-runs.ts';
import type { SegmentInfo } from './match-segments.ts';

/** A category of the ground truth: an object of the JSON's `categories`. Things count objects, stuff does not. */
export type PanopticCategory = { id: number; isthing?: number | boolean; name?: string };

/** Segment ids of an image's pixels with the list of its segments. */
export type PanopticMap = {
  /** [height, width] whole numbers of 0 or more, 0 is void; or the runs that readPanopticPng gives, which is faster */
  ids: ArrayLike<number> | IdRuns;
  segments: readonly SegmentInfo[];
};

/** Options of {@link PanopticQuality}. */
export type PanopticQualityOptions = {
  categories: readonly PanopticCategory[];
  /** `'boundary'`: the lesser of mask IoU and boundary IoU (Cheng et al. 2021); images then need height and width. */
  iouType?: 'mask' | 'boundary';
  /** Reach of the boundary as a share of the image diagonal, 0.02 if absent. */
  dilationRatio?: number;
};

/** One image of the ground truth and what was predicted for it. */
export type PanopticImage = {
  groundTruth: PanopticMap;
  prediction: PanopticMap;
  /** Position of the image in the order of summing; by default that of the calls. Shards give that of the whole. */
  index?: number;
  height?: number;
  width?: number;
};

/** Mean over n categories, between 0 and 1; n = 0 gives zeros, where panopticapi divides by zero. */
export type PanopticMean = { pq: number; sq: number; rq: number; n: number };

/** Quality of one category with the counts it is made from. */
export type CategoryQuality = {
  category: PanopticCategory;
  pq: number;
  sq: number;
  rq: number;
  /** Sum of the IoU of matched pairs. */
  iou: number;
  tp: number;
  fp: number;
  fn: number;
};

/** Panoptic quality over all categories, over things, over stuff, and of each; see the README for the letters. */
export type PanopticResult = {
  all: PanopticMean;
  things: PanopticMean;
  stuff: PanopticMean;
  perCategory: CategoryQuality[];
  images: number;
};

/** One image's contribution: categories of matched pairs with their IoU, then of false positives and negatives. */
export type ImageTally = {
  index: number;
  matched: number[];
  iou: number[];
  falsePositives: number[];
  falseNegatives: number[];
};

/** Everything a PanopticQuality has seen, as JSON. */
export type PanopticState = { kind: 'panoptic'; version: 1; options: PanopticQualityOptions; images: ImageTally[] };
