import * as tf from '@tensorflow/tfjs-core';

/** Euclidean norm of all gradients together. Parameters without one count as zero. */
export function gradientNorm(gradients: Iterable<tf.Tensor | null>): tf.Scalar {
  const present = [...gradients].filter((gradient) => gradient !== null);
  if (present.length === 0) return tf.scalar(0);
  return tf.tidy(() => tf.sqrt(tf.addN(present.map((gradient) => tf.sum(tf.square(gradient)) as tf.Scalar))));
}

/**
 * Hands every gradient to a rule, clipped by the global norm first, as PyTorch's clip_grad_norm_ does:
 * g · min(1, clipNorm / (norm + 1e-6)).
 *
 * @param clipNorm Infinity leaves gradients as they are
 */
export function updateEach(
  gradients: ReadonlyMap<string, tf.Tensor | null>,
  norm: tf.Scalar,
  clipNorm: number,
  updateOne: (key: string, gradient: tf.Tensor) => void,
): void {
  tf.tidy(() => {
    const scale = clipNorm === Number.POSITIVE_INFINITY ? null : tf.minimum(1, tf.div(clipNorm, tf.add(norm, 1e-6)));
    for (const [key, gradient] of gradients) {
      if (gradient !== null) tf.tidy(() => updateOne(key, scale === null ? gradient : tf.mul(gradient, scale)));
    }
  });
}
