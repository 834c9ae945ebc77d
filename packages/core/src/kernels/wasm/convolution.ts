import * as tf from '@tensorflow/tfjs-core';

import type { GradientAttrs } from '../conv2d-gradient.ts';
import type { Body } from '../define-kernel.ts';
import { padOrCrop, pixelsUnderTap } from '../map-layout.ts';

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
