import type { ImageSize } from '../rgb-image.ts';
import { expectEdges } from './expect-edges.ts';
import { roundHalfEven } from './round-half-even.ts';
import type { ShortestEdge } from './shortest-edge-size.ts';

/**
 * The size at which the shorter side has `shortestEdge` pixels, or the longer one about `longestEdge` where that would be
 * exceeded, as Hugging Face's image processors compute it (transformers, `get_size_with_aspect_ratio`): the longer side
 * is cut off where detectron2 rounds it, see {@link shortestEdgeSize}. Of thin images one pixel stays.
 */
export function truncatedEdgeSize(size: ImageSize, edges: ShortestEdge): ImageSize {
  expectEdges('truncatedEdgeSize', size, edges);
  const [[height, width], { shortestEdge, longestEdge }] = [size, edges];
  const [short, long] = height < width ? [height, width] : [width, height];
  const isTooLong = (long / short) * shortestEdge > longestEdge;
  const exact = isTooLong ? (longestEdge * short) / long : shortestEdge;
  const edge = isTooLong ? roundHalfEven(exact) : shortestEdge;
  if (short === edge) return [height, width];
  const other = Math.max(1, Math.trunc((exact * long) / short));
  const least = Math.max(1, edge);
  return width < height ? [other, least] : [least, other];
}
