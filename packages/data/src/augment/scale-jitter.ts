import type { Random, Size } from '@seg/core';
import { resizeImage, resizeLabels, roundHalfEven } from '@seg/image';

import type { PanopticSample } from '../data-sets/panoptic-sample.ts';

/** The crop, and the range of scales before it. */
export type ScaleJitterOptions = {
  /** Height and width of the result, always. */
  size: Size;
  /** Of the scale relative to `size`. Default: 0.1 to 2. */
  range?: readonly [least: number, most: number];
};

/** Gray of detectron2's crop where the image ends. */
const PADDING = 128;

/**
 * Large-scale jitter (Ghiasi et al. 2021; Mask2Former's COCO recipe): fit the image into `size` times a random scale,
 * keeping its aspect; then cut out `size` at one random place where it is larger, and pad right and below with grey and
 * void where it is smaller. Bilinear for pixels, nearest for ids.
 */
export function jitterScale(
  sample: PanopticSample,
  { size, range = [0.1, 2] }: ScaleJitterOptions,
  random: Random,
): PanopticSample {
  const scale = range[0] + (range[1] - range[0]) * random();
  const { height, width } = sample.image;
  const fit = Math.min((scale * size[0]) / height, (scale * size[1]) / width);
  const scaled: Size = [Math.max(1, roundHalfEven(height * fit)), Math.max(1, roundHalfEven(width * fit))];
  const image = resizeImage(sample.image, scaled);
  const ids = resizeLabels(sample.ids, [height, width], scaled);
  const place = random(); // one number for both offsets, as detectron2's FixedSizeCrop has it
  const offset: Size = [cropOffset(scaled[0], size[0], place), cropOffset(scaled[1], size[1], place)];
  return cut({ ...sample, image, ids }, offset, size);
}

function cropOffset(length: number, wanted: number, place: number): number {
  return roundHalfEven(Math.max(0, length - wanted) * place);
}

function cut(sample: PanopticSample, [top, left]: Size, [height, width]: Size): PanopticSample {
  const { image, ids } = sample;
  const data = new Uint8Array(height * width * 3).fill(PADDING);
  const cutIds = new Int32Array(height * width);
  const columns = Math.min(width, image.width - left);
  for (let y = 0; y < Math.min(height, image.height - top); y++) {
    const source = (top + y) * image.width + left;
    data.set(image.data.subarray(3 * source, 3 * (source + columns)), 3 * y * width);
    cutIds.set(ids.subarray(source, source + columns), y * width);
  }
  return { ...sample, image: { data, width, height }, ids: cutIds };
}
