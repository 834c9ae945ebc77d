/**
 * COCO masks, average precision, panoptic quality and mean IoU without dependencies.
 *
 * @packageDocumentation
 */

// Masks
export { boundaryDistance, boundaryOf } from './mask/boundary.ts';
export { type Box, boxIou, maskIou } from './mask/overlap.ts';
export { boxToRle, polygonsToRle, polygonToRle } from './mask/polygon.ts';
export { decodeRle, encodeRle, type MaskLayout, type Rle, rleArea, rleBox } from './mask/rle.ts';
export { mergeRles } from './mask/rle-merge.ts';
export { type CocoRle, formatCounts, formatRle, parseCounts, parseRle } from './mask/rle-string.ts';

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
