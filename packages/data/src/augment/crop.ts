import type { Random, Size } from '@seg/core';
import type { RgbImage } from '@seg/image';

import type { MaskSample, MaskSegment } from '../data-sets/mask-sample.ts';
import { expectNumber, expectSize } from '../expect-number.ts';
import { expectSample } from '../expect-sample.ts';
import { type BoxMask, cropBoxMask, maskArea, maskBox, type PixelBox } from '../masks/box-mask.ts';
import { joinMasks } from '../masks/join-masks.ts';
import { CROP, expectAugment } from './step-checks.ts';

/** Gray of detectron2's crop where the image ends. */
const PADDING = 128;

/**
 * Cuts a window out of an image. Where it reaches beyond the right or lower edge, pixels are gray and nothing is known.
 * Segments without a pixel left are dropped; those of which less than a share is left become pixels of which nothing is
 * known.
 *
 * @param window Left, top, width and height; left and top within the image
 * @param leastShare Of the pixels of a segment, 0 to 1. Default: 0, every pixel counts
 */
export function cropSample(sample: MaskSample, window: PixelBox, leastShare = 0): MaskSample {
  expectSample('cropSample', sample);
  expectWindow(sample.image, window);
  expectNumber('cropSample', 'leastShare', leastShare, { least: 0, most: 1 });
  const segments: MaskSegment[] = [];
  const remains: BoxMask[] = [];
  for (const segment of sample.segments) {
    const mask = cropBoxMask(segment.mask, window);
    const area = maskArea(mask);
    if (area === 0) continue;
    if (area >= leastShare * maskArea(segment.mask)) segments.push({ ...segment, mask });
    else remains.push(mask);
  }
  const unknown = sample.unknown === null ? [] : [cropBoxMask(sample.unknown, window)];
  const beyond = paddingMasks(sample.image, window);
  return {
    ...sample,
    image: cropImage(sample.image, window),
    segments,
    unknown: someMask([...unknown, ...remains, ...beyond]),
  };
}

function expectWindow(image: RgbImage, { x, y, width, height }: PixelBox): void {
  expectNumber('cropSample', 'window.x', x, { least: 0, most: image.width - 1, isWhole: true });
  expectNumber('cropSample', 'window.y', y, { least: 0, most: image.height - 1, isWhole: true });
  expectSize('cropSample', 'window', [height, width]);
}

function someMask(masks: readonly BoxMask[]): BoxMask | null {
  const joined = joinMasks(masks.filter((mask) => maskBox(mask) !== null));
  return joined.data.length === 0 ? null : joined;
}

function cropImage(
  { data, width: fullWidth, height: fullHeight }: RgbImage,
  { x, y, width, height }: PixelBox,
): RgbImage {
  const cut = new Uint8Array(height * width * 3).fill(PADDING);
  const columns = Math.min(width, fullWidth - x);
  for (let row = 0; row < Math.min(height, fullHeight - y); row++) {
    const from = (y + row) * fullWidth + x;
    cut.set(data.subarray(3 * from, 3 * (from + columns)), 3 * row * width);
  }
  return { data: cut, width, height };
}

/** The parts of a window right of an image, and below it. */
function paddingMasks(image: RgbImage, { x, y, width, height }: PixelBox): BoxMask[] {
  const [columns, rows] = [Math.min(width, image.width - x), Math.min(height, image.height - y)];
  const boxes = [
    { x: columns, y: 0, width: width - columns, height: rows },
    { x: 0, y: rows, width, height: height - rows },
  ];
  return boxes
    .filter((box) => box.width > 0 && box.height > 0)
    .map((box) => ({ ...box, data: new Uint8Array(box.width * box.height).fill(1) }));
}

/** Size and place of a random crop. */
export type RandomCropOptions = {
  /**
   * Height and width of the result, always: smaller images are padded. Or bounds of both sides, which are drawn, and at most
   * the image's (DETR's `RandomSizeCrop`).
   */
  size: Size | { least: number; most: number };
  /** `object`: the crop has the middle of a random object that is no crowd. Default: `anything` */
  keep?: 'anything' | 'object';
  /** Of a segment's pixels; see `cropSample`. */
  leastShare?: number;
};

/** Cuts out a window at a random place. Draws three random numbers, five where it draws the size. */
export function cropRandomly(sample: MaskSample, options: RandomCropOptions, random: Random): MaskSample {
  expectAugment('cropRandomly', options, CROP, ['size']);
  const { size, keep = 'anything', leastShare } = options;
  if ('least' in size) expectNumber('cropRandomly', 'size.most', size.most, { least: size.least });
  const [height, width] = 'least' in size ? drawnSize(sample.image, size, random) : size;
  const [pick, down, across] = [random(), random(), random()];
  const kept = keep === 'object' ? pickedObject(sample, pick) : null;
  const rows = kept && { start: kept.y, length: kept.height };
  const columns = kept && { start: kept.x, length: kept.width };
  const y = windowStart(sample.image.height, height, rows, down);
  const x = windowStart(sample.image.width, width, columns, across);
  return cropSample(sample, { x, y, width, height }, leastShare);
}

function drawnSize(
  { height, width }: RgbImage,
  { least, most }: { least: number; most: number },
  random: Random,
): Size {
  const drawn = (side: number) => {
    const [from, to] = [Math.min(side, least), Math.min(side, most)];
    return from + Math.floor(random() * (to - from + 1));
  };
  return [drawn(height), drawn(width)];
}

function pickedObject({ segments }: MaskSample, pick: number): PixelBox | null {
  const single = segments.filter(({ isCrowd }) => !isCrowd);
  return single.length === 0 ? null : maskBox(single[Math.floor(pick * single.length)].mask);
}

/** A start between the first and the last at which the window lies in the image and has the middle of what is kept. */
function windowStart(
  length: number,
  wanted: number,
  kept: { start: number; length: number } | null,
  place: number,
): number {
  const most = Math.max(0, length - wanted);
  const middle = kept === null ? 0 : kept.start + Math.floor(kept.length / 2);
  const first = kept === null ? 0 : Math.min(most, Math.max(0, middle - wanted + 1));
  const last = kept === null ? most : Math.min(most, middle);
  return first + Math.floor(place * (last - first + 1));
}
