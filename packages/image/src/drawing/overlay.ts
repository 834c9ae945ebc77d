import { expectOptions } from '@seg/checkpoint/expect-options';
import { expectImage } from '../expect-image.ts';
import { resizeImage } from '../resize/resize-image.ts';
import { resizeLabels } from '../resize/resize-labels.ts';
import type { RgbImage } from '../rgb-image.ts';
import type { SegmentMap } from '../segment-map.ts';
import { DRAWING, type DrawnCategory, type DrawOptions, drawSegments, expectDrawn } from './draw-segments.ts';

/** Labels are nine pixels high: on pictures with shorter long sides than this they would hide the segments. */
const SMALLEST_SIDE = 400;

/**
 * A copy of the photograph with segments over it, as {@link drawSegments} draws them. Small pictures are enlarged by a whole
 * factor first, so that labels can be read.
 *
 * @param categories By class index
 */
export function drawOverlay(
  image: RgbImage,
  map: SegmentMap,
  categories: readonly DrawnCategory[],
  options: DrawOptions = {},
): RgbImage {
  expectOptions('drawOverlay', options, DRAWING);
  expectImage('drawOverlay', image);
  expectDrawn('drawOverlay', map, categories);
  const factor = Math.max(1, Math.ceil(SMALLEST_SIDE / Math.max(image.width, image.height)));
  const canvas = enlarge(image, factor);
  drawSegments(canvas, enlargeMap(map, factor), categories, options);
  return canvas;
}

function enlarge(image: RgbImage, factor: number): RgbImage {
  return resizeImage(image, [image.height * factor, image.width * factor]);
}

function enlargeMap(map: SegmentMap, factor: number): SegmentMap {
  const { ids, width, height } = map;
  const [tall, wide] = [height * factor, width * factor];
  return { ...map, ids: resizeLabels(ids, [height, width], [tall, wide]), width: wide, height: tall };
}
