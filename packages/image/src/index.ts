/**
 * Bytes to RGB and back, resized as Pillow, OpenCV and TensorFlow do, segments drawn on them.
 *
 * @packageDocumentation
 */

// Meaning of classes
export type { Category, Color } from './category.ts';
// Files to images
export { decodeImage } from './decode-image.ts';
// Drawing
export { drawText, measureText, type Pixels } from './drawing/canvas.ts';
export { colorize, segmentColors } from './drawing/colorize.ts';
export { type CanvasOptions, drawOnCanvas, type PixelContext } from './drawing/draw-on-canvas.ts';
export { type DrawnCategory, type DrawOptions, drawSegments } from './drawing/draw-segments.ts';
export { type Corner, drawLegend, type LegendEntry, legendEntries } from './drawing/legend.ts';
export { outlines } from './drawing/outlines.ts';
export { drawOverlay } from './drawing/overlay.ts';
export { segmentAt } from './drawing/segment-at.ts';
export { expectImage } from './expect-image.ts';
export { imageFrames } from './frames/image-frames.ts';
export { PIXEL_FORMATS, type PixelFormat, type RawFrameOptions, rawFrames } from './frames/raw-frames.ts';
// Frames of a video
export type { FrameOptions, TimedImage } from './frames/timed-image.ts';
export { type ImageHeader, readImageHeader } from './image-header.ts';
export { IMAGE_LIMITS, type ImageLimits } from './image-limits.ts';
export { orient as orientImage } from './orientation.ts';
export { encodePng } from './png/encode-png.ts';
export { decodeLabelPng } from './png/label-png.ts';
export { decodePanopticPng, encodePanopticPng, type IdMap } from './png/panoptic-png.ts';
// Sizes
export { fittedSize, rescaledSize } from './resize/published-sizes.ts';
// Resizing
export { PILLOW_FILTERS, type ResizeFilter } from './resize/resize-filters.ts';
export { type ResizeOptions, resizeImage } from './resize/resize-image.ts';
export { resizeImageAligned } from './resize/resize-image-aligned.ts';
export { resizeImageOpenCv } from './resize/resize-image-opencv.ts';
export { resizeLabels } from './resize/resize-labels.ts';
export { roundHalfEven } from './resize/round-half-even.ts';
export { type ShortestEdge, shortestEdgeSize } from './resize/shortest-edge-size.ts';
export { truncatedEdgeSize } from './resize/truncated-edge-size.ts';
// Images in memory
export type { FloatImage, ImageSize, RgbImage } from './rgb-image.ts';
export type { Segment, SegmentMap } from './segment-map.ts';
export { withoutAlpha } from './without-alpha.ts';
