import * as tf from '@tensorflow/tfjs-core';

import { clipped } from '../clipped.ts';
import { defineKernel } from '../define-kernel.ts';
import type { Attrs, Inputs } from './types.ts';

/**
 * One step of a parameter with momentum (Sutskever et al. 2013, in PyTorch's form), behind a clipping by the norm of all
 * gradients:
 *
 *   g ← g · min(1, clipNorm / (norm + 1e-6)),   b ← μ·b + g + decay·θ,   θ ← θ − rate·b
 *
 * @returns θ and b: new tensors, since others may hold the buffers of the old ones
 */
export function momentumStep(inputs: Inputs, step: Attrs): [tf.Tensor, tf.Tensor] {
  return momentumStepKernel(inputs, step) as [tf.Tensor, tf.Tensor];
}

/** The meaning of {@link momentumStep} in plain ops. */
export function momentumStepReference({ parameter, gradient, norm, ...given }: Inputs, step: Attrs): tf.Tensor[] {
  const { mu, decay, rate, clipNorm } = step;
  const decayed = tf.add(clipped(gradient, norm, clipNorm), tf.mul(parameter, decay));
  const momentum = tf.add(tf.mul(given.momentum, mu), decayed);
  return [tf.sub(parameter, tf.mul(momentum, rate)), momentum];
}

const momentumStepKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMomentumStep',
  shapes: () => ({ parameter: ['...'], gradient: ['...'], momentum: ['...'], norm: [] }),
  reference: momentumStepReference,
  gradient: 'none',
});
