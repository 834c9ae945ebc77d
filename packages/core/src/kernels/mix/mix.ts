import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { defineKernel } from '../define-kernel.ts';
import type { Attrs, Inputs } from './types.ts';

/**
 * Goes a part of the way between two tensors of one shape: from + part · (scale · to − from). Has no gradient.
 *
 * @param scale Default: 1
 */
export function mix<T extends tf.Tensor>(from: T, to: tf.Tensor, part: number, scale = 1): T {
  expectTensors('mix', { from, to });
  return mixKernel({ from, to }, { part, scale }) as T;
}

/** The meaning of {@link mix} in plain ops. */
export function mixReference({ from, to }: Inputs, { part, scale }: Attrs): tf.Tensor {
  return tf.add(from, tf.mul(tf.sub(scale === 1 ? to : tf.mul(to, scale), from), part));
}

const mixKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMix',
  shapes: () => ({ from: ['...'], to: ['...'] }),
  reference: mixReference,
  gradient: 'none',
});
