import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { floatOp } from '../tensorflow/native-ops.ts';
import type { Attrs, Inputs } from './types.ts';

/** Halves of sums of squares, one op for each tensor. */
export const globalNormTensorflow: KernelBody<Inputs, Attrs> = (inputs, _, backend) =>
  tf.tidy(() => {
    const halves = Object.values(inputs).map((tensor) => floatOp(backend, 'L2Loss', [tensor]) as tf.Scalar);
    return tf.sqrt(tf.mul(tf.addN(halves), 2));
  });
