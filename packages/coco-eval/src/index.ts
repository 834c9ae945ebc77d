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
export type { PrecisionRecallCurve } from './detection/curves.ts';
export {
  type ConfusionOptions,
  type DetectionConfusion,
  DetectionConfusionMatrix,
} from './detection/detection-confusion.ts';
export {
  DetectionEvaluator,
  type DetectionEvaluatorOptions,
  type DetectionImage,
  type DetectionState,
  type ImageMatches,
} from './detection/detection-evaluator.ts';
export {
  DetectionErrors,
  type ErrorBreakdown,
  type ErrorBreakdownOptions,
  type ErrorType,
} from './detection/error-breakdown.ts';
export {
  collectDetections,
  type EvaluateDetectionsOptions,
  evaluateDetections,
} from './detection/evaluate-detections.ts';
export type { Finding } from './detection/findings.ts';
export { groupByImage, resultKind } from './detection/group-by-image.ts';
export { checkDetections } from './detection/health-check.ts';
export type { AreaRange, DetectionOptions, IouType } from './detection/options.ts';
export { COCO_AREAS, type DetectionParameters } from './detection/parameters.ts';
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
export { type RlePolygons, rleToPolygons } from './mask/rle-polygons.ts';
export { type CocoRle, formatCounts, formatRle, parseCounts, parseRle } from './mask/rle-string.ts';
export { linspace, numpyMean, numpySum, type Summation } from './numeric/numpy-sum.ts';
// Numbers as numpy and Python make them
export { formatFixed } from './numeric/python-format.ts';

// Panoptic quality
export { checkPanoptic } from './panoptic/check-panoptic.ts';
export { IdRuns } from './panoptic/id-runs.ts';
export type { SegmentInfo, SegmentMatches } from './panoptic/match-segments.ts';
export { idToRgb, rgbToId } from './panoptic/panoptic-ids.ts';
export { PanopticQuality } from './panoptic/panoptic-quality.ts';
export type {
  CategoryQuality,
  PanopticCategory,
  PanopticImage,
  PanopticMap,
  PanopticMean,
  PanopticQualityOptions,
  PanopticResult,
  PanopticState,
} from './panoptic/panoptic-types.ts';

// PNG
export { decodePng, type Inflate, type PngImage } from './png/decode-png.ts';
export type { PngChunks, PngHeader, PngLimits } from './png/png-chunks.ts';
export { type LabelMap, labelsOf, readLabelPng, readPanopticPng } from './png/segmentation-png.ts';

// Reports
export { escapeControls, escapeXml } from './report/escaped-text.ts';
export { formatDetectionSummary, formatPanopticSummary, formatSemanticSummary } from './report/format-summary.ts';
export { formatMarkdown } from './report/markdown.ts';
export { drawPictures } from './report/pictures.ts';
export {
  type DetectionReportExtras,
  detectionReport,
  type EvaluationReport,
  panopticReport,
  type ReportCurve,
  type ReportRow,
  semanticReport,
} from './report/report.ts';
// Semantic segmentation
export { checkSemantic } from './semantic/check-semantic.ts';
export { SemanticQuality } from './semantic/semantic-quality.ts';
export type {
  AbsentClass,
  SemanticImage,
  SemanticQualityOptions,
  SemanticResult,
  SemanticState,
} from './semantic/semantic-types.ts';
// Videos
export { SegmentationTrackingQuality } from './video/segmentation-tracking-quality.ts';
export type { VideoPanopticFrame } from './video/video-frame.ts';
export { VideoPanopticQuality } from './video/video-panoptic-quality.ts';
export type {
  SegmentationTrackingResult,
  SegmentationTrackingState,
  TrackingScores,
  VideoPanopticQualityOptions,
  VideoPanopticResult,
  VideoPanopticState,
} from './video/video-types.ts';
