import type { ImageSize } from '../rgb-image.ts';
import { expectEdges } from './expect-edges.ts';

/** Lengths of an image's edges, in pixels. */
export type ShortestEdge = { shortestEdge: number; longestEdge: number };

/**
 * The size at which the shorter side has `shortestEdge` pixels, or the longer one `longestEdge` where that would be
 * exceeded (detectron2, `ResizeShortestEdge.get_output_shape`, its products in its order). Of images so thin that a side
 * would vanish, on which the originals fail, one pixel stays.
 */
export function shortestEdgeSize(size: ImageSize, edges: ShortestEdge): ImageSize {
  expectEdges('shortestEdgeSize', size, edges);
  const [[height, width], { shortestEdge, longestEdge }] = [size, edges];
  const scale = shortestEdge / Math.min(height, width);
  const [tall, wide] = height < width ? [shortestEdge, scale * width] : [scale * height, shortestEdge];
  const excess = Math.max(tall, wide) > longestEdge ? longestEdge / Math.max(tall, wide) : 1;
  return [atLeastOne(tall * excess), atLeastOne(wide * excess)];
}

/** Rounded to the nearest whole number, halves up, but never to 0. */
export function atLeastOne(length: number): number {
  return Math.max(1, Math.trunc(length + 0.5));
}
