import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { layerNorm, layerNormReference } from '../layer-norm/layer-norm.ts';
import { mayFuse, mayFuseOnWasm } from '../may-fuse.ts';
import type { Attrs, Inputs } from './types.ts';
import { sumNormWasm } from './wasm.ts';

/** Companions of a norm of a sum. */
type Companions = Pick<Inputs, 'position'> & {
  /** Another layer norm, of the result */
  next?: { gain: tf.Tensor; bias: tf.Tensor; epsilon: number };
};

/** Layer norm of x + branch: what stands behind every branch of a transformer. */
export function sumNorm<T extends tf.Tensor>(inputs: Inputs & { x: T }, epsilon: number): T {
  return sumNormAnd<T>(inputs, epsilon, {})[0]!;
}

/** {@link sumNorm}, then it with a position, then its own norm: those that are asked for. */
export function sumNormAnd<T extends tf.Tensor>(
  { x, branch, gain, bias }: Inputs & { x: T },
  epsilon: number,
  { position, next }: Companions,
): T[] {
  if (mayFuse()) {
    const inputs = { x, branch, gain, bias, position, nextGain: next?.gain, nextBias: next?.bias };
    return [sumNormKernel(inputs, { epsilon, nextEpsilon: next?.epsilon })].flat() as T[];
  }
  const y = normOfSum({ x, branch, gain, bias }, epsilon);
  const positioned = position === undefined ? [] : [tf.add<T>(y, position)];
  return [y, ...positioned, ...(next === undefined ? [] : [layerNorm(y, next.gain, next.bias, next.epsilon)])];
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
  const { x, branch, gain, bias, position, nextGain, nextBias } = inputs;
  const y = layerNormReference({ x: tf.add(x, branch), gain, bias }, { epsilon });
  const positioned = position === undefined ? [] : [tf.add(y, position)];
  if (nextGain === undefined || nextBias === undefined) return [y, ...positioned];
  return [y, ...positioned, layerNormReference({ x: y, gain: nextGain, bias: nextBias }, { epsilon: nextEpsilon! })];
}

const sumNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegSumNorm',
  reference: sumNormReference,
  bodies: { wasm: sumNormWasm },
  gradient: 'none',
});
