import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import type { Attrs, Inputs } from './types.ts';

/**
 * Sum of two convolutions of single pixels, the second strided, with bias and activation: what ends a residual block and what it skips,
 * if that is projected. He et al. 2016, eq. 2. Has no gradient.
 *
 * @returns [B, h, w, out]
 */
export function summedConv(inputs: Inputs, attrs: Attrs): tf.Tensor4D {
  return summedConvKernel(inputs, attrs) as tf.Tensor4D;
}

/** The meaning of {@link summedConv} in plain ops. */
export function summedConvReference({ x, filter, skipped, shortcut, bias }: Inputs, attrs: Attrs): tf.Tensor4D {
  const projected = tf.add(tf.conv2d(skipped, shortcut, attrs.strides, 'valid'), bias);
  const sum = tf.add<tf.Tensor4D>(tf.conv2d(x, filter, 1, 'valid'), projected);
  return attrs.activation === 'relu' ? tf.relu(sum) : sum;
}

const summedConvKernel = defineKernel<Inputs, Attrs>({
  name: 'SegSummedConv',
  reference: summedConvReference,
  gradient: 'none',
});
