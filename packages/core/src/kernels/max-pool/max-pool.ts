import { expectOptions, expectValue } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { defineKernel } from '../define-kernel.ts';
import { A_PADDING, A_STRIDE } from '../layer-checks.ts';
import { expectRoom, paddingOf, padLowest, pairOf } from '../map-layout.ts';
import { maxPoolGradient } from './gradient.ts';
import type { Attrs, Inputs, MaxPoolOptions } from './types.ts';
import { maxPoolWasm } from './wasm.ts';

const OPTIONS = { size: A_STRIDE, strides: A_STRIDE, padding: A_PADDING };

/**
 * The largest value of each window, NaN where it holds one. Of equal values the first in reading order receives the gradient, as in PyTorch.
 *
 * @param x [B, H, W, C]
 * @returns [B, h, w, C]
 */
export function maxPool(x: tf.Tensor4D, options: MaxPoolOptions): tf.Tensor4D {
  expectTensors('maxPool', { x });
  expectOptions('maxPool', options, OPTIONS);
  expectValue('maxPool', 'size', options?.size, A_STRIDE);
  const { size, strides = size, padding = 0 } = options;
  const attrs = { size: pairOf(size), strides: pairOf(strides), padding: paddingOf(padding) };
  expectRoom('maxPool', x.shape, attrs.size, attrs);
  return maxPoolKernel({ x }, attrs) as tf.Tensor4D;
}

/** The meaning of {@link maxPool} in plain ops. tfjs's pools pass over NaN, so a pool of its own finds it. */
export function maxPoolReference({ x }: Inputs, { size, strides, padding }: Attrs): tf.Tensor4D {
  const padded = padLowest(tf.cast(x, 'float32'), padding);
  const pool = (map: tf.Tensor4D) => tf.maxPool(map, size, strides, 'valid');
  const hasNaN = tf.cast(pool(tf.cast(tf.isNaN(padded), 'float32')), 'bool');
  return tf.where(hasNaN, tf.fill<tf.Rank.R4>(hasNaN.shape, Number.NaN), pool(padded));
}

const maxPoolKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMaxPool',
  shapes: () => ({ x: ['B', 'H', 'W', 'C'] }),
  reference: maxPoolReference,
  bodies: { wasm: maxPoolWasm },
  saves: ['x'],
  readsOutput: () => true,
  gradient: (dy, { x }, attrs, y) => ({
    x: () => maxPoolGradient(dy as tf.Tensor4D, x, y as tf.Tensor4D, attrs),
  }),
});
