import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { matMul } from '../mat-mul/mat-mul.ts';
import { mayFuse } from '../may-fuse.ts';
import type { Attrs, Inputs } from './types.ts';

/** Added to the attention logits of pixels outside a query's mask, −1e9: exp of it is zero in float32. */
export const OUTSIDE = -1e9;

/**
 * Bias of masked attention, Cheng et al. 2022, eq. 3: 0 where a query's mask logit is at least 0 (a probability of 0.5), `outside`
 * elsewhere. A query whose mask is empty may look everywhere, since a softmax over nothing has no value. Has no gradient.
 *
 * @returns [B, N, L]
 */
export function maskBias(inputs: Inputs, outside: number = OUTSIDE): tf.Tensor3D {
  if (!mayFuse(true)) return tf.tidy(() => maskBiasReference(inputs, { outside }) as tf.Tensor3D);
  return maskBiasKernel(inputs, { outside }) as tf.Tensor3D;
}

/** The meaning of {@link maskBias} in plain ops. */
export function maskBiasReference({ products, queries, constants }: Inputs, { outside }: Attrs): tf.Tensor {
  const logits = constants ? tf.add(products, matMul(queries, tf.reshape(constants, [-1, 1]))) : products;
  // A step function made of one product and one clip: any logit below −1e-21 is carried past `outside`. A comparison and
  // a select would be two passes more over [B, N, L].
  const blocked = tf.clipByValue(tf.mul(logits, -outside * 1e21), outside, 0);
  const isOpen = tf.cast(tf.greaterEqual(tf.max(logits, 2, true), 0), 'float32'); // [B, N, 1]
  return tf.mul(blocked, isOpen);
}

const maskBiasKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMaskBias',
  reference: maskBiasReference,
  gradient: 'none',
});
