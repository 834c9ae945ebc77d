import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import type { Attrs, Inputs } from './types.ts';
import { mixWebgpu } from './webgpu.ts';

/** Goes a part of the way between two tensors of one shape: from + part · (to − from). Has no gradient. */
export function mix<T extends tf.Tensor>(from: T, to: tf.Tensor, part: number): T {
  return mixKernel({ from, to }, { part }) as T;
}

/** The meaning of {@link mix} in plain ops. */
export function mixReference({ from, to }: Inputs, { part }: Attrs): tf.Tensor {
  return tf.add(from, tf.mul(tf.sub(to, from), part));
}

const mixKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMix',
  reference: mixReference,
  bodies: { webgpu: mixWebgpu },
  gradient: 'none',
});
