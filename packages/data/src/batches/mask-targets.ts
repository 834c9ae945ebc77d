import type { MaskTargets } from '@seg/core';
import type { ImageSize } from '@seg/image';
import * as tf from '@tensorflow/tfjs-core';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { expectNumber, expectSize } from '../expect-number.ts';
import { expectSegments } from '../expect-sample.ts';
import { paintMask } from '../masks/box-mask.ts';

/**
 * Ground truth as a criterion wants it: the class and the mask of every segment that is not a crowd. Masks may overlap.
 *
 * @param size Height and width of the padded image. Default: the image's
 * @returns T classes and masks [T, H, W]
 */
export function maskTargets(
  sample: Pick<MaskSample, 'segments' | 'image'>,
  size: ImageSize = [sample?.image?.height, sample?.image?.width],
): MaskTargets {
  expectSegments('maskTargets', sample);
  expectSize('maskTargets', 'size', size);
  const [{ segments }, [height, width]] = [sample, size];
  const single = segments.filter(({ isCrowd }) => !isCrowd);
  expectCategories('maskTargets', segments);
  const masks = new Float32Array(single.length * height * width);
  single.forEach(({ mask }, row) => {
    paintMask(masks, width, mask, 1, row * height * width);
  });
  return {
    classes: Int32Array.from(single, ({ category }) => category),
    masks: tf.tensor3d(masks, [single.length, height, width]),
  };
}

/** @throws RangeError where a segment's category is no index of one */
export function expectCategories(where: string, segments: MaskSample['segments']): void {
  for (const { category } of segments) expectNumber(where, 'category', category, { least: 0, isWhole: true });
}
