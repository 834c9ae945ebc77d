import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { defineKernel } from '../define-kernel.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';
import { geluGradientWasm, geluWasm } from './wasm.ts';

/** Gaussian error linear unit in its exact form, x · Φ(x) = x/2 · (1 + erf(x/√2)). Hendrycks & Gimpel 2016. */
export function gelu<T extends tf.Tensor>(x: T): T {
  expectTensors('gelu', { x });
  return geluKernel({ x }, {}) as T;
}

/** The meaning of {@link gelu} in plain ops. */
export function geluReference({ x }: Inputs): tf.Tensor {
  return tf.mul(x, normalDistribution(x));
}

/** d/dx x Φ(x) = Φ(x) + x φ(x), φ(x) = exp(−x²/2) / √(2π). */
export function geluGradientReference({ dy, x }: GradientInputs): tf.Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.mul(dy, tf.add(normalDistribution(x), tf.mul(x, density)));
}

const geluGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegGeluGradient',
  reference: geluGradientReference,
  bodies: { wasm: geluGradientWasm },
  gradient: 'none',
});

const geluKernel = defineKernel<Inputs, Attrs>({
  name: 'SegGelu',
  reference: geluReference,
  bodies: { wasm: geluWasm },
  saves: ['x'],
  gradient: (dy, { x }) => ({ x: () => geluGradientKernel({ dy, x }, {}) as tf.Tensor }),
});

function normalDistribution(x: tf.Tensor): tf.Tensor {
  return tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
}
