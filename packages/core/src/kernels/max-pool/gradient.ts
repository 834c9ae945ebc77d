import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { padLowest, padOrCrop, pixelsUnderTap, spreadOut } from '../map-layout.ts';
import type { Attrs, GradientInputs } from './types.ts';
import { maxPoolGradientWasm } from './wasm.ts';

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
  bodies: { wasm: maxPoolGradientWasm },
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
