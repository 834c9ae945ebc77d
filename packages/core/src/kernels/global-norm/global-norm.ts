import * as tf from '@tensorflow/tfjs-core';
import { A_TENSOR, expectValue, listOf } from '../../expect-options.ts';
import { defineKernel } from '../define-kernel.ts';
import type { Attrs, Inputs } from './types.ts';
import { globalNormWasm } from './wasm.ts';

/** Euclidean norm of all elements of all tensors together; zero where there are none. Has no gradient. */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  expectValue('globalNorm', 'tensors', tensors, listOf(A_TENSOR));
  const filled = tensors.filter(({ size }) => size > 0);
  if (filled.length === 0) return tf.scalar(0);
  return globalNormKernel(Object.fromEntries(filled.entries()), {}) as tf.Scalar;
}

/** The meaning of {@link globalNorm} in plain ops. */
export function globalNormReference(tensors: Inputs): tf.Tensor {
  const squares = Object.values(tensors).map((tensor) => tf.sum(tf.square(tf.cast(tensor, 'float32'))) as tf.Scalar);
  return tf.sqrt(tf.addN(squares));
}

const globalNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegGlobalNorm',
  reference: globalNormReference,
  bodies: { wasm: globalNormWasm },
  gradient: 'none',
});
