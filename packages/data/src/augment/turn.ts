import type { Size } from '@seg/core';
import { orientImage } from '@seg/image';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { expectNumber } from '../expect-number.ts';
import { turnMask } from '../masks/turn-mask.ts';

/** EXIF's orientations of no turn and of one, two and three quarters clockwise (EXIF 2.32, 4.6.4 A). */
const QUARTERS = [1, 6, 3, 8] as const;

/** Turns an image and its masks clockwise by quarters: for photographs from above, which have no top. */
export function turnSample(sample: MaskSample, quarters: 0 | 1 | 2 | 3): MaskSample {
  expectNumber('turnSample', 'quarters', quarters, { least: 0, most: 3, isWhole: true });
  const orientation = QUARTERS[quarters];
  if (orientation === 1) return sample;
  const size: Size = [sample.image.height, sample.image.width];
  return {
    ...sample,
    image: orientImage(sample.image, orientation),
    segments: sample.segments.map((segment) => ({ ...segment, mask: turnMask(segment.mask, size, orientation) })),
    unknown: sample.unknown && turnMask(sample.unknown, size, orientation),
  };
}
