import * as tf from '@tensorflow/tfjs-core';

import { addressOf, type WasmBackend } from './wasm/wasm-backend.ts';

/** A gradient, scaled as PyTorch's clip_grad_norm_ does: g · min(1, clipNorm / (norm + 1e-6)). @param norm Scalar */
export function clipped(given: tf.Tensor, norm: tf.Tensor, clipNorm: number): tf.Tensor {
  const gradient = tf.cast(given, 'float32');
  if (clipNorm === Number.POSITIVE_INFINITY) return gradient;
  return tf.mul(gradient, tf.minimum(1, tf.div(clipNorm, tf.add(norm, 1e-6))));
}

/** The factor of {@link clipped}, of a norm on the heap of wasm. */
export function clipFactor(backend: WasmBackend, norm: tf.TensorInfo, clipNorm: number): number {
  if (clipNorm === Number.POSITIVE_INFINITY) return 1;
  const [value] = new Float32Array(backend.wasm.HEAPU8.buffer, addressOf(backend, norm), 1);
  return Math.min(1, clipNorm / (value! + 1e-6));
}
