import { expectValue, numberIn } from '@seg/checkpoint/expect-options';
import type { ImageSize } from '../rgb-image.ts';
import { expectEdges, expectSize } from './expect-edges.ts';
import { atLeastOne, type ShortestEdge } from './shortest-edge-size.ts';

const A_SIDE = numberIn({ least: 1, isWhole: true });

/**
 * The size at which the shorter side has `shortestEdge` pixels, or the longer one `longestEdge` where that would be
 * exceeded, by mmcv's `rescale_size`: as `shortestEdgeSize`, but for halves that its order of products rounds the other
 * way.
 */
export function rescaledSize(size: ImageSize, edges: ShortestEdge): ImageSize {
  expectEdges('rescaledSize', size, edges);
  const [[height, width], { shortestEdge, longestEdge }] = [size, edges];
  const scale = Math.min(longestEdge / Math.max(height, width), shortestEdge / Math.min(height, width));
  return [atLeastOne(height * scale), atLeastOne(width * scale)];
}

/**
 * The largest size within a square of `side` pixels, by deeplab2's `resize_to_range_helper`: first until both sides
 * reach the square, then until neither exceeds it, in single precision and rounded down each time.
 */
export function fittedSize(size: ImageSize, side: number): ImageSize {
  expectSize('fittedSize', size);
  expectValue('fittedSize', 'side', side, A_SIDE);
  const [height, width] = size;
  const scaled = (size: ImageSize, factor: number): ImageSize => [
    roundDown(size[0], factor),
    roundDown(size[1], factor),
  ];
  const covering = scaled([height, width], Math.max(side / height, side / width));
  return scaled(covering, Math.min(1, side / covering[0], side / covering[1]));
}

function roundDown(size: number, factor: number): number {
  return Math.max(1, Math.floor(Math.fround(size * Math.fround(factor))));
}
