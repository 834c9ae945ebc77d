import * as tf from '@tensorflow/tfjs-core';

import { clipped } from '../clipped.ts';
import { defineKernel } from '../define-kernel.ts';
import type { AdamStep, Attrs, Inputs } from './types.ts';
import { adamStepWasm } from './wasm.ts';

/**
 * One step of a parameter by its moments, Kingma & Ba 2015, algorithm 1, with decoupled decay (Loshchilov & Hutter 2019,
 * algorithm 2), behind a clipping by the norm of all gradients:
 *
 *   g ← g · min(1, clipNorm / (norm + 1e-6)),   m ← β₁m + (1−β₁)g,   v ← β₂v + (1−β₂)g²
 *   θ ← θ(1 − decay) − rate · m / (√v · rootScale + ε),   or θ(1 − decay) − rate · m without a rootScale
 *
 * @param spendsMoments The given moments are not read again, so that their memory may become that of the results; clones of them
 *   stay as they are. Default: false
 * @returns θ, m and v: new tensors, since others may hold the buffers of the old ones
 */
export function adamStep(
  inputs: Inputs,
  step: AdamStep,
  { spendsMoments = false } = {},
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  return adamStepKernel(inputs, { ...step, spendsMoments }) as [tf.Tensor, tf.Tensor, tf.Tensor];
}

/** The meaning of {@link adamStep} in plain ops. */
export function adamStepReference({ parameter, gradient, norm, ...moments }: Inputs, step: AdamStep): tf.Tensor[] {
  const { beta1, beta2, epsilon, clipNorm, decay, rate, rootScale } = step;
  const g = clipped(gradient, norm, clipNorm);
  const first = tf.add(tf.mul(moments.first, beta1), tf.mul(g, 1 - beta1));
  const second = tf.add(tf.mul(moments.second, beta2), tf.mul(tf.square(g), 1 - beta2));
  const mean = tf.mul(first, rate);
  const change = rootScale === null ? mean : tf.div(mean, tf.add(tf.mul(tf.sqrt(second), rootScale), epsilon));
  return [tf.sub(decay === 0 ? parameter : tf.mul(parameter, 1 - decay), change), first, second];
}

const adamStepKernel = defineKernel<Inputs, Attrs>({
  name: 'SegAdamStep',
  shapes: () => ({ parameter: ['...'], gradient: ['...'], first: ['...'], second: ['...'], norm: [] }),
  reference: adamStepReference,
  bodies: { wasm: adamStepWasm },
  gradient: 'none',
});
