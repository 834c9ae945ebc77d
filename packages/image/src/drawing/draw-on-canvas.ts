import { A_FLAG, expectOptions } from '@seg/checkpoint/expect-options';
import type { SegmentMap } from '../segment-map.ts';
import { DRAWING, type DrawnCategory, type DrawOptions, drawSegments, expectDrawn } from './draw-segments.ts';
import { drawLegend, legendEntries } from './legend.ts';

/** The part of a canvas' context that is used: `CanvasRenderingContext2D`, or that of an `OffscreenCanvas`. */
export type PixelContext = Pick<CanvasRenderingContext2D, 'getImageData' | 'putImageData'>;

/** Options of {@link drawOnCanvas}. */
export type CanvasOptions = DrawOptions & {
  /** Default: false. */
  legend?: boolean;
};

/**
 * Draws segments over what a canvas shows, or into an empty one as a layer over a video. The canvas' own bytes are drawn
 * into; nothing is converted.
 *
 * @param context Of a canvas of the map's size, best made with `willReadFrequently`
 */
export function drawOnCanvas(
  context: PixelContext,
  map: SegmentMap,
  categories: readonly DrawnCategory[],
  whole: CanvasOptions = {},
): void {
  expectOptions('drawOnCanvas', whole, { ...DRAWING, legend: A_FLAG });
  expectDrawn('drawOnCanvas', map, categories);
  const { legend = false, ...options } = whole;
  const pixels = context.getImageData(0, 0, map.width, map.height);
  drawSegments(pixels, map, categories, options);
  if (legend) drawLegend(pixels, legendEntries(map, categories));
  context.putImageData(pixels, 0, 0);
}
