import type { Size } from '../outputs.ts';

/** Lengths of an image's edges, in pixels. */
export type ShortestEdge = { shortestEdge: number; longestEdge: number };

/**
 * The size at which the shorter side has `shortestEdge` pixels, or the longer one `longestEdge` where that would be
 * exceeded (detectron2, `ResizeShortestEdge.get_output_shape`, its products in its order).
 */
export function shortestEdgeSize([height, width]: Size, { shortestEdge, longestEdge }: ShortestEdge): Size {
  const scale = shortestEdge / Math.min(height, width);
  const [tall, wide] = height < width ? [shortestEdge, scale * width] : [scale * height, shortestEdge];
  const excess = Math.max(tall, wide) > longestEdge ? longestEdge / Math.max(tall, wide) : 1;
  return [Math.trunc(tall * excess + 0.5), Math.trunc(wide * excess + 0.5)];
}
