import type { Random, Size } from '@seg/core';
import { roundHalfEven } from '@seg/image';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { expectRange } from '../expect-number.ts';
import { cropSample } from './crop.ts';
import { resizeSample } from './resize.ts';
import { expectAugment, SCALE_JITTER } from './step-checks.ts';

/** The crop, and the range of scales before it. */
export type ScaleJitterOptions = {
  /** Height and width of the result, always. */
  size: Size;
  /** Of the scale relative to `size`. Default: 0.1 to 2. */
  range?: readonly [least: number, most: number];
  /** Of a segment's pixels; see `cropSample`. */
  leastShare?: number;
};

/**
 * Large-scale jitter (Ghiasi et al. 2021; Mask2Former's COCO recipe): fit the image into `size` times a random scale,
 * keeping its aspect; then cut out `size` at one random place where it is larger, and pad right and below with gray of which
 * nothing is known where it is smaller. Bilinear for pixels, nearest for masks. Draws two random numbers.
 */
export function jitterScale(sample: MaskSample, options: ScaleJitterOptions, random: Random): MaskSample {
  expectAugment('jitterScale', options, SCALE_JITTER, ['size']);
  const { size, range = [0.1, 2], leastShare } = options;
  expectRange('jitterScale', 'range', range);
  const scale = range[0] + (range[1] - range[0]) * random();
  const { height, width } = sample.image;
  const fit = Math.min((scale * size[0]) / height, (scale * size[1]) / width);
  const scaled: Size = [Math.max(1, roundHalfEven(height * fit)), Math.max(1, roundHalfEven(width * fit))];
  const place = random(); // one number for both offsets, as detectron2's FixedSizeCrop has it
  const y = cropOffset(scaled[0], size[0], place);
  const x = cropOffset(scaled[1], size[1], place);
  return cropSample(resizeSample(sample, scaled), { x, y, height: size[0], width: size[1] }, leastShare);
}

function cropOffset(length: number, wanted: number, place: number): number {
  return roundHalfEven(Math.max(0, length - wanted) * place);
}
