import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { gelu, geluReference } from '../gelu/gelu.ts';
import { linear } from '../linear/linear.ts';
import { mayFuse } from '../may-fuse.ts';
import type { Attrs, FusedActivation, Inputs } from './types.ts';

/**
 * y = activation(x W + b + residual) on the last axis.
 *
 * @param x [..., in]
 * @param weight [in, out]
 * @param bias [out]
 * @param residual [..., out]. Default: none
 * @returns [..., out]
 */
export function fusedLinear<T extends tf.Tensor>(
  { x, weight, bias, residual }: { x: T; weight: tf.Tensor; bias?: tf.Tensor; residual?: T },
  activation: FusedActivation,
): T {
  return tf.tidy(() => {
    const shape = [...x.shape.slice(0, -1), weight.shape[1]!];
    if (bias === undefined || !mayFuse() || !isProductFused(weight)) {
      const y = linear(x, weight, bias, residual === undefined && activation === 'relu' ? 'relu' : 'linear');
      return activated(residual === undefined ? y : tf.add<T>(y, residual), activation);
    }
    const rows = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, tensor.shape.at(-1)!]);
    const inputs = { x: rows(x), weight, bias, residual: residual && rows(residual) };
    return tf.reshape(fusedLinearKernel(inputs, { activation }) as tf.Tensor, shape) as T;
  });
}

/** True for weights that the tiles take: rows and columns of whole vectors of four. */
export function isProductFused({ shape }: tf.Tensor): boolean {
  return shape[0]! % 4 === 0 && shape[1]! % 4 === 0;
}

/** The meaning of {@link fusedLinear} on matrices, in plain ops. */
export function fusedLinearReference({ x, weight, bias, residual }: Inputs, { activation }: Attrs): tf.Tensor {
  const y = tf.add(tf.matMul(x, weight), bias);
  const sum = residual === undefined ? y : tf.add(y, residual);
  return activation === 'gelu' ? geluReference({ x: sum }) : activated(sum, activation);
}

function activated<T extends tf.Tensor>(x: T, activation: FusedActivation): T {
  if (activation === 'gelu') return gelu(x);
  return activation === 'relu' ? tf.relu(x) : x;
}

const fusedLinearKernel = defineKernel<Inputs, Attrs>({
  name: 'SegFusedLinear',
  reference: fusedLinearReference,
  gradient: 'none',
});
