import * as tf from '@tensorflow/tfjs-core';

/** A gradient, scaled as PyTorch's clip_grad_norm_ does: g · min(1, clipNorm / (norm + 1e-6)). @param norm Scalar */
export function clipped(gradient: tf.Tensor, norm: tf.Tensor, clipNorm: number): tf.Tensor {
  if (clipNorm === Number.POSITIVE_INFINITY) return gradient;
  return tf.mul(gradient, tf.minimum(1, tf.div(clipNorm, tf.add(norm, 1e-6))));
}
