import { expectValue } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { defineKernel } from '../define-kernel.ts';
import { AN_ACTIVATION } from '../layer-checks.ts';
import { reluGradient } from '../relu-gradient/relu-gradient.ts';
import { sumRows } from '../sum-rows/sum-rows.ts';
import type { Activation, Attrs, Inputs } from './types.ts';
import { linearWasm } from './wasm.ts';

/**
 * y = activation(x W + b) on the last axis, whatever comes before it: one product of two matrices.
 *
 * @param x [..., in]
 * @param weight [in, out]
 * @param bias [out]
 * @returns [..., out]
 */
export function linear<T extends tf.Tensor>(
  x: T,
  weight: tf.Tensor,
  bias?: tf.Tensor,
  activation: Activation = 'linear',
): T {
  expectTensors('linear', { x, weight });
  expectValue('linear', 'activation', activation, AN_ACTIVATION);
  return tf.tidy(() => {
    const rows = tf.reshape(x, [-1, x.shape.at(-1)!]);
    const y = linearKernel({ x: rows, weight, bias }, { activation }) as tf.Tensor;
    return tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[1]!]) as T;
  });
}

/** The meaning of {@link linear} on a matrix of rows, in plain ops. */
export function linearReference({ x, weight, bias }: Inputs, { activation }: Attrs): tf.Tensor {
  return tf.fused.matMul({ a: x as tf.Tensor2D, b: weight as tf.Tensor2D, bias, activation });
}

const linearKernel = defineKernel<Inputs, Attrs>({
  name: 'SegLinear',
  shapes: () => ({ x: ['M', 'in'], weight: ['in', 'out'], bias: ['out'] }),
  reference: linearReference,
  bodies: { wasm: linearWasm },
  saves: ['x', 'weight'],
  gradient: (upstream, { x, weight }, { activation }, y) => {
    const dy = activation === 'relu' ? reluGradient(upstream, y) : upstream;
    return {
      x: () => tf.matMul(dy, weight, false, true),
      weight: () => tf.matMul(x, dy, true, false),
      bias: () => sumRows(dy, weight.shape[1]!),
    };
  },
});
