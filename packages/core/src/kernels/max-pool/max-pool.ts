import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { paddingOf, padLowest, pairOf } from '../map-layout.ts';
import { maxPoolGradient } from './gradient.ts';
import type { Attrs, Inputs, MaxPoolOptions } from './types.ts';

/**
 * The largest value of each window. Of equal values the first in reading order receives the gradient, as in PyTorch.
 *
 * @param x [B, H, W, C]
 * @returns [B, h, w, C]
 */
export function maxPool(x: tf.Tensor4D, { size, strides = size, padding = 0 }: MaxPoolOptions): tf.Tensor4D {
  const attrs = { size: pairOf(size), strides: pairOf(strides), padding: paddingOf(padding) };
  return maxPoolKernel({ x }, attrs) as tf.Tensor4D;
}

/** The meaning of {@link maxPool} in plain ops. */
export function maxPoolReference({ x }: Inputs, { size, strides, padding }: Attrs): tf.Tensor4D {
  return tf.maxPool(padLowest(x, padding), size, strides, 'valid');
}

const maxPoolKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMaxPool',
  reference: maxPoolReference,
  saves: ['x'],
  gradient: (dy, { x }, attrs, y) => ({
    x: () => maxPoolGradient(dy as tf.Tensor4D, x, y as tf.Tensor4D, attrs),
  }),
});
