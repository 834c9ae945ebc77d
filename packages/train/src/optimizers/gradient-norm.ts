import { globalNorm } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

/** Euclidean norm of all gradients together. Parameters without one count as zero. */
export function gradientNorm(gradients: Iterable<tf.Tensor | null>): tf.Scalar {
  return globalNorm([...gradients].filter((gradient) => gradient !== null));
}

/** Gradients that there are, by the keys of their parameters. */
export function presentGradients(gradients: ReadonlyMap<string, tf.Tensor | null>): [string, tf.Tensor][] {
  return [...gradients].filter((entry): entry is [string, tf.Tensor] => entry[1] !== null);
}
