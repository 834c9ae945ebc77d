import * as tf from '@tensorflow/tfjs-core';

import { expectShapes } from '../../shape.ts';
import { defineKernel } from '../define-kernel.ts';
import { layerNorm, layerNormReference } from '../layer-norm/layer-norm.ts';
import { mayFuse, mayFuseOnWasm } from '../may-fuse.ts';
import type { Attrs, Inputs } from './types.ts';
import { sumNormWasm } from './wasm.ts';

/** Companions of a norm of a sum. */
type Companions = {
  /** Another layer norm, of the result */
  next?: { gain: tf.Tensor; bias: tf.Tensor; epsilon: number };
};

/** Layer norm of x + branch: what stands behind every branch of a transformer. */
export function sumNorm<T extends tf.Tensor>(inputs: Inputs & { x: T }, epsilon: number): T {
  return sumNormAnd<T>(inputs, epsilon, {})[0]!;
}

/** {@link sumNorm}, then its own norm, if that is asked for. */
export function sumNormAnd<T extends tf.Tensor>(
  { x, branch, gain, bias }: Inputs & { x: T },
  epsilon: number,
  { next }: Companions,
): T[] {
  const vector = (tensor?: tf.Tensor) => [tensor, ['C']] as const;
  expectShapes('sumNorm', {
    ...{ x: [x, ['...', 'C']], branch: [branch, ['...', 'C']], gain: vector(gain), bias: vector(bias) },
    ...{ nextGain: vector(next?.gain), nextBias: vector(next?.bias) },
  });
  if (mayFuse()) {
    const inputs = { x, branch, gain, bias, nextGain: next?.gain, nextBias: next?.bias };
    return [sumNormKernel(inputs, { epsilon, nextEpsilon: next?.epsilon })].flat() as T[];
  }
  const y = normOfSum({ x, branch, gain, bias }, epsilon);
  return [y, ...(next === undefined ? [] : [layerNorm(y, next.gain, next.bias, next.epsilon)])];
}

function normOfSum<T extends tf.Tensor>({ x, branch, gain, bias }: Inputs & { x: T }, epsilon: number): T {
  if (mayFuseOnWasm()) return [sumNormKernel({ x, branch, gain, bias }, { epsilon })].flat()[0] as T;
  const sum = tf.add<T>(x, branch);
  const y = layerNorm(sum, gain, bias, epsilon);
  sum.dispose();
  return y;
}

/** The meaning of {@link sumNormAnd} in plain ops. */
export function sumNormReference(inputs: Inputs, { epsilon, nextEpsilon }: Attrs): tf.Tensor[] {
  const { x, branch, gain, bias, nextGain, nextBias } = inputs;
  const y = layerNormReference({ x: tf.add(x, branch), gain, bias }, { epsilon });
  if (nextGain === undefined || nextBias === undefined) return [y];
  return [y, layerNormReference({ x: y, gain: nextGain, bias: nextBias }, { epsilon: nextEpsilon! })];
}

const sumNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegSumNorm',
  reference: sumNormReference,
  bodies: { wasm: sumNormWasm },
  gradient: 'none',
});
