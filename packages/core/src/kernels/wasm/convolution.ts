import * as tf from '@tensorflow/tfjs-core';

import type { Padding2D } from '../conv2d.ts';
import type { GradientAttrs } from '../conv2d-gradient.ts';
import type { Body } from '../define-kernel.ts';
import { padOrCrop, pixelsUnderTap } from '../map-layout.ts';
import { winogradWasm } from './winograd.ts';

/** The gradient in the input is a convolution of the output's gradient with the turned filter: Winograd's, for 3×3. */
export const inputGradientWasm: Body<{ dy: tf.Tensor4D; filter: tf.Tensor4D }, GradientAttrs> = (
  { dy, filter },
  { strides, padding, dilation, shape },
  backend,
) => {
  const [height, width] = filter.shape;
  if (Math.max(...strides, dilation) > 1 || height !== 3 || width !== 3) return null;
  if (padding.flat().some((side) => side > 2)) return null;
  const turned = tf.tidy(() => tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]));
  const reach = padding.map(([before, after]) => [2 - before, 2 - after]) as Padding2D;
  const attrs = { strides, padding: reach, dilation, activation: 'linear' } as const;
  const dx = winogradWasm({ x: dy, filter: turned }, attrs, backend);
  turned.dispose();
  return dx === null ? null : { ...(dx as tf.TensorInfo), shape };
};

/**
 * The gradient in a filter is itself a convolution: images and input channels change places, the gradient is the
 * filter, stride and dilation are exchanged. XNNPACK then sees one large product and unfolds nothing. From 128 channels
 * on, the products of single taps are large enough, and the reference is faster.
 */
export const filterGradientWasm: Body<{ dy: tf.Tensor4D; x: tf.Tensor4D }, GradientAttrs> = ({ dy, x }, attrs) => {
  const { strides, padding, dilation, shape } = attrs;
  const [height, width, inputs, outputs] = shape;
  if (dilation > 1 && Math.max(...strides) > 1) return null;
  if (height * width > 1 && Math.min(inputs, outputs) >= 128) return null;
  return tf.tidy(() => {
    const padded = padOrCrop(x, padding[0], padding[1]);
    if (height * width === 1) return productOfPixels(pixelsUnderTap(padded, [0, 0], dy.shape, strides), dy);
    const images = tf.transpose(padded, [3, 1, 2, 0]); // [in, H, W, B]
    const filter = tf.transpose(dy, [1, 2, 0, 3]); // [h, w, B, out]
    const taps = tf.conv2d(images, filter, dilation, 'valid', 'NHWC', strides);
    return tf.transpose(tf.slice(taps, [0, 0, 0, 0], [inputs, height, width, outputs]), [1, 2, 0, 3]);
  });
};

/** XᵀdY. The right operand is the one that XNNPACK copies first, so the narrower one stands there. */
function productOfPixels(x: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor4D {
  const [inputs, outputs] = [x.shape[3], dy.shape[3]];
  const [seen, upstream] = [tf.reshape(x, [-1, inputs]), tf.reshape(dy, [-1, outputs])] as [tf.Tensor2D, tf.Tensor2D];
  const product =
    outputs <= inputs ? tf.matMul(seen, upstream, true, false) : tf.transpose(tf.matMul(upstream, seen, true, false));
  return tf.reshape(product, [1, 1, inputs, outputs]);
}
