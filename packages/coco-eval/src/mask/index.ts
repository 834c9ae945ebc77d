/**
 * Masks as run lengths: `@seg/coco-eval/rle`. Encoding, geometry, overlaps, and COCO's text form.
 *
 * @packageDocumentation
 */

export { boundaryDistance, boundaryOf } from './boundary.ts';
export { type Box, boxIou, maskIou } from './overlap.ts';
export { boxToRle, polygonsToRle, polygonToRle } from './polygon.ts';
export { decodeRle, encodeRle, type MaskLayout, type Rle, rleArea, rleBox } from './rle.ts';
export { mergeRles } from './rle-merge.ts';
export { type RlePolygons, rleToPolygons } from './rle-polygons.ts';
export { type CocoRle, formatCounts, formatRle, parseCounts, parseRle } from './rle-string.ts';
