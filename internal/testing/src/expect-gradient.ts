import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

export type GradientCheckOptions = { epsilon?: number; tolerance?: number; directions?: number };

/**
 * Checks the gradient of a scalar function against central differences along random directions:
 * ⟨∇f(x), v⟩ ≈ (f(x + εv) − f(x − εv)) / 2ε. Two evaluations a direction, and steady in float32.
 */
export async function expectGradient(
  f: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  { epsilon = 1e-2, tolerance = 2e-3, directions = 3 }: GradientCheckOptions = {},
): Promise<void> {
  const gradient = tf.grad((y: tf.Tensor) => tf.tidy(() => f(y)) as tf.Scalar)(x);
  expect(gradient.shape, 'shape of the gradient').toEqual(x.shape);
  for (let seed = 1; seed <= directions; seed++) {
    const v = tf.randomNormal(x.shape, 0, 1, 'float32', seed);
    const along = await scalarOf(() => tf.sum(tf.mul(gradient, v)));
    const ahead = await scalarOf(() => f(tf.add(x, tf.mul(v, epsilon))));
    const behind = await scalarOf(() => f(tf.sub(x, tf.mul(v, epsilon))));
    tf.dispose(v);
    const measured = (ahead - behind) / (2 * epsilon);
    const difference = Math.abs(along - measured);
    const allowed = tolerance * Math.max(1, Math.abs(measured));
    expect(difference, `direction ${seed}: gradient ${along}, measured ${measured}`).toBeLessThan(allowed);
  }
  tf.dispose(gradient);
}

async function scalarOf(f: () => tf.Tensor): Promise<number> {
  const scalar = tf.tidy(f);
  const [value] = await scalar.data();
  scalar.dispose();
  return value;
}
