/** Options of {@link SemanticQuality}: the meaning of labels, and the comparison of boundaries. */
export type SemanticQualityOptions = {
  /** Number of classes K; labels are 0 to K − 1. */
  classes: number;
  /** Ground-truth label of pixels that do not count, 255 if absent. */
  ignoreLabel?: number;
  /** Also compare the boundaries of the label maps, as detectron2's SemSegEvaluator does; see `boundaryIou`. */
  boundary?: boolean;
};

/** Label maps of one image, [height, width]; the size is needed for boundaries only. */
export type SemanticImage = {
  groundTruth: ArrayLike<number>;
  prediction: ArrayLike<number>;
  height?: number;
  width?: number;
};

/**
 * Treatment of a class that is predicted but never present: detectron2 leaves it out of the mean, mmsegmentation's
 * IoUMetric counts it as 0. A class neither predicted nor present is left out by both.
 */
export type AbsentClass = 'leave-out' | 'count-as-zero';

/** Percentages, 0 to 100; NaN for classes left out. */
export type SemanticResult = {
  meanIou: number;
  frequencyWeightedIou: number;
  meanAccuracy: number;
  pixelAccuracy: number;
  iou: Float64Array; // [K]
  accuracy: Float64Array; // [K]
  /**
   * [K], with `boundary` only. detectron2 subtracts an eroded label map from the label map, so a class here is a
   * *difference* of labels: the number is theirs, but it does not mean what its name says.
   */
  boundaryIou?: Float64Array;
  /** [K + 1, K + 1] pixels: rows predicted, columns ground truth, the last of both is what does not count. */
  confusion: Float64Array;
  /** Number of images added. */
  images: number;
  /** Ground-truth pixels of the label that is the number of classes: not counted, but not the ignored label either. */
  beyond: number;
};

/** Everything a SemanticQuality has seen, as JSON. */
export type SemanticState = {
  kind: 'semantic';
  version: 2;
  options: SemanticQualityOptions;
  /** Number of images added. */
  images: number;
  /** Ground-truth pixels of the label that is the number of classes. */
  beyond: number;
  confusion: number[];
  boundaryConfusion: number[];
};
