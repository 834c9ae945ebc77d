import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { padOrCrop, type Shape4D } from '../map-layout.ts';
import type { FilterGradientInputs, GradientAttrs, InputGradientInputs } from './types.ts';

/** TensorFlow's own gradient, on a map padded beforehand: its kernel takes no explicit padding. */
export const inputGradientTensorflow: KernelBody<InputGradientInputs, GradientAttrs> = (
  { dy, filter },
  { strides, padding: [rows, columns], dilation, shape },
) => {
  if (dilation !== 1) return null;
  const [batch, height, width, channels] = shape;
  const inputShape: Shape4D = [batch, height + rows[0] + rows[1], width + columns[0] + columns[1], channels];
  return tf.tidy(() => {
    const attrs = { strides, pad: 'valid', dataFormat: 'NHWC', inputShape };
    const padded = tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, attrs as never) as tf.Tensor4D;
    return padOrCrop(padded, [-rows[0], -rows[1]], [-columns[0], -columns[1]]);
  });
};

/** As {@link inputGradientTensorflow}, for the filter. */
export const filterGradientTensorflow: KernelBody<FilterGradientInputs, GradientAttrs> = (
  { dy, x },
  { strides, padding, dilation, shape },
) => {
  if (dilation !== 1) return null;
  return tf.tidy(() => {
    const attrs = { strides, pad: 'valid', dataFormat: 'NHWC', filterShape: shape };
    const padded = padOrCrop(x, padding[0], padding[1]);
    return tf.engine().runKernel('Conv2DBackpropFilter', { x: padded, dy }, attrs as never) as tf.Tensor4D;
  });
};
