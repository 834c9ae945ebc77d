import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { sumRows } from '../sum-rows/sum-rows.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/**
 * Normalizes every channel by given moments: gain · (x − mean) / √(variance + ε) + bias. The moments are constants: they get no
 * gradient.
 *
 * @param inputs x [..., C], the others [C]
 */
export function frozenNorm<T extends tf.Tensor>(inputs: Inputs & { x: T }, epsilon: number): T {
  return frozenNormKernel(inputs, { epsilon }) as T;
}

/** The meaning of {@link frozenNorm} in plain ops. */
export function frozenNormReference({ x, gain, mean, variance, bias }: Inputs, { epsilon }: Attrs): tf.Tensor {
  const scale = tf.mul(gain, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(x, scale), tf.sub(bias, tf.mul(mean, scale)));
}

/** Gradients in x, gain and bias. */
export function frozenNormGradientReference(
  { dy, x, gain, mean, variance }: GradientInputs,
  { epsilon }: Attrs,
): tf.Tensor[] {
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const along = sumRows(tf.mul(dy, tf.sub(x, mean)), gain.size);
  return [tf.mul(dy, tf.mul(gain, inverse)), tf.mul(along, inverse), sumRows(dy, gain.size)];
}

const frozenNormGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegFrozenNormGradient',
  reference: frozenNormGradientReference,
  gradient: 'none',
});

const frozenNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegFrozenNorm',
  reference: frozenNormReference,
  saves: ['x', 'gain', 'mean', 'variance'],
  gradient: (dy, { x, gain, mean, variance }, attrs) => {
    const inputs = { dy, x, gain, mean, variance };
    const [dx, dGain, dBias] = frozenNormGradientKernel(inputs, attrs) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return {
      ...{ x: () => dx, gain: () => dGain, bias: () => dBias },
      ...{ mean: () => tf.zerosLike(mean), variance: () => tf.zerosLike(variance) },
    };
  },
});
