import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { layerNorm, layerNormReference } from '../layer-norm/layer-norm.ts';
import { mayFuse } from '../may-fuse.ts';
import type { Attrs, Inputs } from './types.ts';
import { sumNormWasm } from './wasm.ts';
import { sumNormWebgpu } from './webgpu.ts';

/** Layer norm of x + branch: what stands behind every branch of a transformer. */
export function sumNorm<T extends tf.Tensor>({ x, branch, gain, bias }: Inputs & { x: T }, epsilon: number): T {
  if (!mayFuse()) return tf.tidy(() => layerNorm(tf.add<T>(x, branch), gain, bias, epsilon));
  return sumNormKernel({ x, branch, gain, bias }, { epsilon }) as T;
}

/** The meaning of {@link sumNorm} in plain ops. */
export function sumNormReference({ x, branch, gain, bias }: Inputs, attrs: Attrs): tf.Tensor {
  return layerNormReference({ x: tf.add(x, branch), gain, bias }, attrs);
}

const sumNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegSumNorm',
  reference: sumNormReference,
  bodies: { wasm: sumNormWasm, webgpu: sumNormWebgpu },
  gradient: 'none',
});
