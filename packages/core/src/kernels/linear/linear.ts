import { expectValue } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { together } from '../../gradients/wished.ts';
import { defineKernel } from '../define-kernel.ts';
import { AN_ACTIVATION } from '../layer-checks.ts';
import { isOneCall } from '../may-fuse.ts';
import { reluGradient } from '../relu-gradient/relu-gradient.ts';
import { sumRows } from '../sum-rows/sum-rows.ts';
import type { Activation, Attrs, GradientAttrs, GradientInputs, Inputs } from './types.ts';
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
  // a reshape costs as much as a small product there, and is made on its way
  if (isOneCall()) return linearKernel({ x, weight, bias }, { activation }) as T;
  return tf.tidy(() => {
    const y = linearKernel({ x: rowsOf(x), weight, bias }, { activation }) as tf.Tensor;
    return tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[1]!]) as T;
  });
}

/** The meaning of {@link linear} in plain ops. */
export function linearReference({ x, weight, bias }: Inputs, { activation }: Attrs): tf.Tensor {
  const y = tf.fused.matMul({ a: rowsOf(x), b: weight as tf.Tensor2D, bias, activation });
  return tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[1]!]);
}

/** @param x [..., C] @returns [M, C] */
function rowsOf(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [x.shape.slice(0, -1).reduce((a, b) => a * b, 1), x.shape.at(-1)!]);
}

const linearKernel = defineKernel<Inputs, Attrs>({
  name: 'SegLinear',
  shapes: () => ({ x: ['...', 'in'], weight: ['in', 'out'], bias: ['out'] }),
  reference: linearReference,
  bodies: { wasm: linearWasm },
  saves: ['x', 'weight'],
  readsOutput: ({ activation }) => activation === 'relu',
  gradient: (dy, { x, weight }, { activation }, y) =>
    together(['x', 'weight', 'bias'], (of) => gradientKernel({ dy, x, weight, y }, { activation, of }) as tf.Tensor[]),
});

/** Gradients of {@link linear} in plain ops. */
export function linearGradientReference(
  { dy, x, weight, y }: GradientInputs,
  { activation, of }: GradientAttrs,
): tf.Tensor[] {
  const before = activation === 'relu' ? reluGradient(dy, y!) : dy;
  const gradients = {
    x: () => tf.reshape(tf.matMul(rowsOf(before), weight as tf.Tensor2D, false, true), x.shape),
    weight: () => tf.matMul(rowsOf(x), rowsOf(before), true, false),
    bias: () => sumRows(before, weight.shape[1]!),
  };
  return of.map((input) => gradients[input]());
}

const gradientKernel = defineKernel<GradientInputs, GradientAttrs>({
  name: 'SegLinearGradient',
  reference: linearGradientReference,
  gradient: 'none',
});
