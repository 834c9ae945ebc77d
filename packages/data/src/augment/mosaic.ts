import type { Random, Size } from '@seg/core';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { expectNumber, expectRange } from '../expect-number.ts';
import type { BoxMask } from '../masks/box-mask.ts';
import { joinMasks } from '../masks/join-masks.ts';
import { jitterScale } from './scale-jitter.ts';
import { expectAugment, SCALE_JITTER } from './step-checks.ts';

/** Canvas of a mosaic, and the scales of its images. */
export type MosaicOptions = {
  /** Height and width of the result. */
  size: Size;
  /** Of the scale relative to each image's part of the canvas. Default: 0.8 to 2 */
  range?: readonly [least: number, most: number];
  /** Of a segment's pixels; see `cropSample`. */
  leastShare?: number;
};

/** The lines that part the canvas lie within its middle half (YOLOv4 takes 0.2 to 0.8). */
const MARGIN = 0.25;

/**
 * Puts four images into one: a random point parts the canvas, and each part shows one image at a random scale and place
 * (Bochkovskiy et al. 2020, YOLOv4, "Mosaic"). Draws ten random numbers.
 *
 * @param samples Four, the upper left first, row by row; the result has the name of the first
 */
export function mosaic(
  samples: readonly [MaskSample, MaskSample, MaskSample, MaskSample],
  options: MosaicOptions,
  random: Random,
): MaskSample {
  expectAugment('mosaic', options, SCALE_JITTER, ['size']);
  const { size, range = [0.8, 2], leastShare } = options;
  for (const side of size) expectNumber('mosaic', 'size', side, { least: 2 }); // four parts
  expectRange('mosaic', 'range', range);
  if ((samples as readonly MaskSample[]).length !== 4)
    throw new RangeError(`mosaic: expected 4 samples, got ${(samples as readonly MaskSample[]).length}`);
  const [height, width] = size;
  const top = parting(height, random());
  const left = parting(width, random());
  const parts = samples.map((sample, i) => {
    const [row, column] = [i >> 1, i & 1];
    const part: Size = [row === 0 ? top : height - top, column === 0 ? left : width - left];
    return { sample: jitterScale(sample, { size: part, range, leastShare }, random), x: column * left, y: row * top };
  });
  const data = new Uint8Array(height * width * 3);
  for (const { sample, x, y } of parts) paste(data, width, sample, x, y);
  const moved = (mask: BoxMask, x: number, y: number) => ({ ...mask, x: mask.x + x, y: mask.y + y });
  const unknown = parts.flatMap(({ sample, x, y }) => (sample.unknown === null ? [] : [moved(sample.unknown, x, y)]));
  return {
    name: samples[0].name,
    image: { data, width, height },
    segments: parts.flatMap(({ sample, x, y }) =>
      sample.segments.map((segment) => ({ ...segment, mask: moved(segment.mask, x, y) })),
    ),
    unknown: unknown.length === 0 ? null : joinMasks(unknown),
  };
}

function parting(length: number, place: number): number {
  const part = Math.round(length * (MARGIN + (1 - 2 * MARGIN) * place));
  return Math.max(1, Math.min(length - 1, part));
}

function paste(data: Uint8Array, width: number, { image }: MaskSample, x: number, y: number): void {
  for (let row = 0; row < image.height; row++) {
    const line = image.data.subarray(3 * row * image.width, 3 * (row + 1) * image.width);
    data.set(line, 3 * ((y + row) * width + x));
  }
}
