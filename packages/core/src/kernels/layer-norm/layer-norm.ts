import { expectValue } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { defineKernel } from '../define-kernel.ts';
import { AN_EPSILON } from '../layer-checks.ts';
import { sumRows } from '../sum-rows/sum-rows.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';
import { layerNormGradientWasm, layerNormWasm } from './wasm.ts';

/**
 * Normalizes the last axis: gain · (x − mean) / √(var + ε) + bias. Ba et al. 2016, eq. 4.
 *
 * @param x [..., C]
 * @param gain [C]
 * @param bias [C]
 */
export function layerNorm<T extends tf.Tensor>(x: T, gain: tf.Tensor, bias: tf.Tensor, epsilon: number): T {
  expectTensors('layerNorm', { x, gain, bias });
  expectValue('layerNorm', 'epsilon', epsilon, AN_EPSILON);
  return layerNormKernel({ x, gain, bias }, { epsilon }) as T;
}

/** The meaning of {@link layerNorm} in plain ops. */
export function layerNormReference({ x, gain, bias }: Inputs, { epsilon }: Attrs): tf.Tensor {
  return tf.add(tf.mul(standardized(x, epsilon).normalized, gain), bias!);
}

/** dx = (g − mean(g) − n · mean(g · n)) / σ with g = dy · gain and n the normalized input. */
export function layerNormGradientReference({ dy, x, gain }: GradientInputs, { epsilon }: Attrs): tf.Tensor[] {
  const { normalized, inverse } = standardized(x, epsilon);
  const g = tf.mul(dy, gain);
  const alongNormal = tf.mul(normalized, tf.mean(tf.mul(g, normalized), -1, true));
  const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), alongNormal), inverse);
  const channels = gain.shape[0]!;
  return [dx, sumRows(tf.mul(dy, normalized), channels), sumRows(dy, channels)];
}

const layerNormGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegLayerNormGradient',
  reference: layerNormGradientReference,
  bodies: { wasm: layerNormGradientWasm },
  gradient: 'none',
});

const layerNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegLayerNorm',
  shapes: () => ({ x: ['...', 'C'], gain: ['C'], bias: ['C'] }),
  reference: layerNormReference,
  bodies: { wasm: layerNormWasm },
  saves: ['x', 'gain'],
  gradient: (dy, { x, gain }, attrs) => {
    const [dx, dGain, dBias] = layerNormGradientKernel({ dy, x, gain }, attrs) as tf.Tensor[];
    return { x: () => dx, gain: () => dGain, bias: () => dBias };
  },
});

function standardized(x: tf.Tensor, epsilon: number): { normalized: tf.Tensor; inverse: tf.Tensor } {
  const centered = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centered), -1, true);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  return { normalized: tf.mul(centered, inverse), inverse };
}
