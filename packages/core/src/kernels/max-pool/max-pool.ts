import * as tf from '@tensorflow/tfjs-core';

import { type Padding2D, paddingOf, pairOf } from '../conv2d/conv2d.ts';
import { defineKernel } from '../define-kernel.ts';
import { padLowest, padOrCrop, pixelsUnderTap, spreadOut } from '../map-layout.ts';
import { maxPoolGradientTensorflow } from './tensorflow.ts';
import { maxPoolGradientWasm } from '../resize/wasm.ts';

/** Window, stride and padding of a max pooling. */
export type MaxPoolOptions = {
  size: number | [number, number];
  /** Default: the size. */
  strides?: number | [number, number];
  /** Pixels around the map that never win. One number for all sides, or each side. Default: 0. */
  padding?: number | Padding2D;
};

type Inputs = { x: tf.Tensor4D };
type GradientInputs = { dy: tf.Tensor4D; x: tf.Tensor4D; y: tf.Tensor4D };
type Attrs = { size: [number, number]; strides: [number, number]; padding: Padding2D };

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

/** Each tap of the window takes the gradient where it holds the maximum and no tap before it did. */
export function maxPoolGradientReference({ dy, x, y }: GradientInputs, { size, strides, padding }: Attrs): tf.Tensor4D {
  return tf.tidy(() => {
    const padded = padLowest(x, padding);
    const [, height, width] = padded.shape;
    let left = tf.onesLike(dy); // 1 while no tap has taken the window's gradient
    let total: tf.Tensor4D = tf.zerosLike(padded);
    for (let row = 0; row < size[0]; row++) {
      for (let column = 0; column < size[1]; column++) {
        [left, total] = tf.tidy(() => {
          const seen = pixelsUnderTap(padded, [row, column], dy.shape, strides);
          const takes = tf.mul<tf.Tensor4D>(left, tf.cast(tf.equal(seen, y), 'float32'));
          const spread = spreadOut(tf.mul<tf.Tensor4D>(dy, takes), strides);
          const below = height - row - spread.shape[1];
          const right = width - column - spread.shape[2];
          const placed = padOrCrop(spread, [row, below], [column, right]);
          return [tf.sub<tf.Tensor4D>(left, takes), tf.add<tf.Tensor4D>(total, placed)];
        });
      }
    }
    const [[top, bottom], [before, after]] = padding;
    return padOrCrop(total, [-top, -bottom], [-before, -after]);
  });
}

const maxPoolGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegMaxPoolGradient',
  reference: maxPoolGradientReference,
  bodies: { wasm: maxPoolGradientWasm, tensorflow: maxPoolGradientTensorflow },
  gradient: 'none',
});

/**
 * The gradient of {@link maxPool} in its input.
 *
 * @param dy [B, h, w, C]
 * @param x [B, H, W, C]
 * @param y [B, h, w, C] the result of the pool
 */
export function maxPoolGradient(dy: tf.Tensor4D, x: tf.Tensor4D, y: tf.Tensor4D, attrs: Attrs): tf.Tensor4D {
  return maxPoolGradientKernel({ dy, x, y }, attrs) as tf.Tensor4D;
}

const maxPoolKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMaxPool',
  reference: maxPoolReference,
  saves: ['x'],
  gradient: (dy, { x }, attrs, y) => ({
    x: () => maxPoolGradient(dy as tf.Tensor4D, x, y as tf.Tensor4D, attrs),
  }),
});
