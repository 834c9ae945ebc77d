/**
 * COCO masks, average precision, panoptic quality and mean IoU without dependencies.
 *
 * @packageDocumentation
 */

// Detection
export type { DetectionResult } from './detection/accumulate.ts';
export type {
  CocoAnnotation,
  CocoCategory,
  CocoGroundTruth,
  CocoId,
  CocoImage,
  CocoResult,
  CocoSegmentation,
} from './detection/coco-types.ts';
export {
  DetectionEvaluator,
  type DetectionEvaluatorOptions,
  type DetectionImage,
  type DetectionState,
  type ImageMatches,
} from './detection/detection-evaluator.ts';
export {
  collectDetections,
  type EvaluateDetectionsOptions,
  evaluateDetections,
} from './detection/evaluate-detections.ts';
export { groupByImage, resultKind } from './detection/group-by-image.ts';
export {
  type AreaRange,
  COCO_AREAS,
  type DetectionOptions,
  type DetectionParameters,
  type IouType,
} from './detection/parameters.ts';
export {
  averagesPerCategory,
  type CategoryAverages,
  type SummaryLine,
  summarizeDetections,
} from './detection/summarize.ts';
// Masks
export { boundaryDistance, boundaryOf } from './mask/boundary.ts';
export { type Box, boxIou, maskIou } from './mask/overlap.ts';
export { boxToRle, polygonsToRle, polygonToRle } from './mask/polygon.ts';
export { decodeRle, encodeRle, type MaskLayout, type Rle, rleArea, rleBox } from './mask/rle.ts';
export { mergeRles } from './mask/rle-merge.ts';
export { type CocoRle, formatCounts, formatRle, parseCounts, parseRle } from './mask/rle-string.ts';

// Numbers as numpy makes them
export { linspace, numpyMean, numpySum, type Summation } from './numeric/numpy-sum.ts';

// Panoptic quality
export type { Segment, SegmentMatches } from './panoptic/match-segments.ts';
export { idToRgb, rgbToId } from './panoptic/panoptic-ids.ts';
export {
  type CategoryQuality,
  type PanopticCategory,
  type PanopticImage,
  type PanopticMap,
  type PanopticMean,
  PanopticQuality,
  type PanopticQualityOptions,
  type PanopticResult,
  type PanopticState,
} from './panoptic/panoptic-quality.ts';

// Semantic segmentation
export {
  type AbsentClass,
  type SemanticImage,
  SemanticQuality,
  type SemanticQualityOptions,
  type SemanticResult,
  type SemanticState,
} from './semantic/semantic-quality.ts';
