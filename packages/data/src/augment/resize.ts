import type { Random, Size } from '@seg/core';
import { resizeImage, shortestEdgeSize } from '@seg/image';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { expectSize } from '../expect-number.ts';
import { maskBox, resizeBoxMask } from '../masks/box-mask.ts';
import { expectAugment, SHORTEST_EDGE } from './step-checks.ts';

/** Resizes pixels bilinearly and masks by nearest neighbor. Segments that lose their last pixel are dropped. */
export function resizeSample(sample: MaskSample, size: Size): MaskSample {
  expectSize('resizeSample', 'size', size);
  const from: Size = [sample.image.height, sample.image.width];
  if (from[0] === size[0] && from[1] === size[1]) return sample;
  const segments = sample.segments.map((segment) => ({ ...segment, mask: resizeBoxMask(segment.mask, from, size) }));
  return {
    ...sample,
    image: resizeImage(sample.image, size),
    segments: segments.filter(({ mask }) => maskBox(mask) !== null),
    unknown: sample.unknown && resizeBoxMask(sample.unknown, from, size),
  };
}

/** Lengths among which one is drawn, in pixels. */
export type ShortestEdgeOptions = { shortestEdges: readonly number[]; longestEdge: number };

/** Multi-scale training: the shorter side becomes one of some lengths, the longer one at most another (DETR, SOLO). */
export function resizeShortestEdge(sample: MaskSample, options: ShortestEdgeOptions, random: Random): MaskSample {
  expectAugment('resizeShortestEdge', options, SHORTEST_EDGE, ['shortestEdges', 'longestEdge']);
  const { shortestEdges, longestEdge } = options;
  if (shortestEdges.length === 0) throw new RangeError('resizeShortestEdge: expected shortestEdges, got none');
  const shortestEdge = shortestEdges[Math.floor(random() * shortestEdges.length)];
  const { height, width } = sample.image;
  return resizeSample(sample, shortestEdgeSize([height, width], { shortestEdge, longestEdge }));
}
