import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { ACTIVATIONS, activate } from './activation.ts';

const X = [-30, -3.5, -1, -0.25, 0, 0.25, 1, 3.5, 30];

/** The definitions in doubles; Φ of the exact GELU by Abramowitz & Stegun's series where it is not 0 or 1. */
const DEFINITIONS: Record<string, (x: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  'leaky-relu': (x) => (x < 0 ? 0.01 * x : x),
  'squared-relu': (x) => Math.max(0, x) ** 2,
  gelu: (x) => x * normal(x),
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  'quick-gelu': (x) => x / (1 + Math.exp(-1.702 * x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  'hard-swish': (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6,
  mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: (x) => Math.tanh(x),
};

/** Φ(x) = ½ + φ(x) Σ x^(2n+1) / (1 · 3 · … · (2n + 1)). Abramowitz & Stegun 26.2.11. */
function normal(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0;
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) sum += term *= (x * x) / (2 * n + 1);
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

onEveryBackend('functions that follow a layer', () => {
  test.each(ACTIVATIONS)('%s is its definition, and has a finite gradient', async (name) => {
    const x = tf.tensor1d(X);
    await expectClose(activate(x, name), tf.tensor1d(X.map(DEFINITIONS[name])), { absolute: 2e-6, relative: 2e-6 });
    const gradient = await tf
      .grad((y: tf.Tensor) => activate(y, name))(x)
      .data();
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});
