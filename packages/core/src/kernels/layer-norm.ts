import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from './define-kernel.ts';
import { sumRows } from './sum-rows.ts';

type Inputs = { x: tf.Tensor; gain: tf.Tensor; bias?: tf.Tensor };
type Attrs = { epsilon: number };

/**
 * Normalizes the last axis: gain · (x − mean) / √(var + ε) + bias. Ba et al. 2016, eq. 4.
 *
 * @param x [..., C]
 * @param gain [C]
 * @param bias [C]
 */
export function layerNorm<T extends tf.Tensor>(x: T, gain: tf.Tensor, bias: tf.Tensor, epsilon: number): T {
  return layerNormKernel({ x, gain, bias }, { epsilon }) as T;
}

/** The meaning of {@link layerNorm} in plain ops. */
export function layerNormReference({ x, gain, bias }: Inputs, { epsilon }: Attrs): tf.Tensor {
  return tf.add(tf.mul(standardized(x, epsilon).normalized, gain), bias!);
}

const layerNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegLayerNorm',
  reference: layerNormReference,
  saves: ['x', 'gain'],
  gradient: (dy, { x, gain }, { epsilon }) => ({
    // dx = (g − mean(g) − n · mean(g · n)) / σ with g = dy · gain and n the normalized input
    x: () => {
      const { normalized, inverse } = standardized(x, epsilon);
      const g = tf.mul(dy, gain);
      const alongNormal = tf.mul(normalized, tf.mean(tf.mul(g, normalized), -1, true));
      return tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), alongNormal), inverse);
    },
    gain: () => sumRows(tf.mul(dy, standardized(x, epsilon).normalized), gain.shape[0]),
    bias: () => sumRows(dy, gain.shape[0]),
  }),
});

function standardized(x: tf.Tensor, epsilon: number): { normalized: tf.Tensor; inverse: tf.Tensor } {
  const centered = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centered), -1, true);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  return { normalized: tf.mul(centered, inverse), inverse };
}
