import { globalNorm } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

/** Euclidean norm of all gradients together. Parameters without one count as zero. */
export function gradientNorm(gradients: Iterable<tf.Tensor | null>): tf.Scalar {
  return globalNorm([...gradients].filter((gradient) => gradient !== null));
}
