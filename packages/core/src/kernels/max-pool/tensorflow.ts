import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { padLowest, padOrCrop } from '../map-layout.ts';
import type { Attrs, GradientInputs } from './types.ts';

/** TensorFlow's own gradient, on a map padded beforehand: its kernel takes no explicit padding. */
export const maxPoolGradientTensorflow: KernelBody<GradientInputs, Attrs> = (
  { dy, x, y },
  { size, strides, padding },
) =>
  tf.tidy(() => {
    const [[top, bottom], [left, right]] = padding;
    const inputs = { dy, input: padLowest(x, padding), output: y };
    const attrs = { filterSize: size, strides, pad: 'valid' };
    const padded = tf.engine().runKernel('MaxPoolGrad', inputs, attrs as never) as tf.Tensor4D;
    return padOrCrop(padded, [-top, -bottom], [-left, -right]);
  });
