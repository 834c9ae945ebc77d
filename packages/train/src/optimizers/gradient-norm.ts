import { globalNorm } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Euclidean norm of all gradients together. Parameters without one count as zero. */
export function gradientNorm(gradients: Iterable<tf.Tensor | null>): tf.Scalar {
  return globalNorm([...gradients].filter((gradient) => gradient !== null));
}

/** Hands every gradient that there is to a rule. */
export function updateEach(
  gradients: ReadonlyMap<string, tf.Tensor | null>,
  updateOne: (key: string, gradient: tf.Tensor) => void,
): void {
  for (const [key, gradient] of gradients) {
    if (gradient !== null) tf.tidy(() => updateOne(key, gradient));
  }
}

/** Gives variables new values. */
export function assignAll(variables: readonly tf.Variable[], values: readonly tf.Tensor[]): void {
  for (const [i, variable] of variables.entries()) variable.assign(values[i]);
}
