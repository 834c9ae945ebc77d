import type { Random } from '@seg/core';

import type { PanopticSample } from '../data-sets/panoptic-sample.ts';
import { jitterColor } from './color-jitter.ts';
import { flipHorizontally } from './flip.ts';
import { jitterScale, type ScaleJitterOptions } from './scale-jitter.ts';

/** Changes that a sample goes through. */
export type AugmentOptions = {
  /** Mirrors half of the images. Default: true. */
  flip?: boolean;
  /** Default: none. */
  scale?: ScaleJitterOptions;
  /** Default: false, as in the COCO recipe. */
  color?: boolean;
};

/** Augments a sample for training: flip, scale and crop, colors. Equal random numbers give equal results. */
export function augment(sample: PanopticSample, options: AugmentOptions, random: Random): PanopticSample {
  const { flip = true, scale, color = false } = options;
  const flipped = flip && random() < 0.5 ? flipHorizontally(sample) : sample;
  const scaled = scale === undefined ? flipped : jitterScale(flipped, scale, random);
  return color ? { ...scaled, image: jitterColor(scaled.image, random) } : scaled;
}
