import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { layerNormReference } from '../layer-norm/layer-norm.ts';
import { mayFuse } from '../may-fuse.ts';
import type { Attrs, Inputs } from './types.ts';

/** Rows, 512, up to which dispatches cost more than reading the matrix once for every two of them; decoders have up to 300 queries. */
export const MOST_ROWS = 512;
/** Channels of a row, 1024, that 64 lanes hold in four vectors each. */
const MOST_CHANNELS = 1024;
/** Channels of each of 16 rows, 256, that 64 lanes hold in one vector each. */
const MOST_CHANNELS_OF_MANY = 256;

/**
 * Layer norm of residual + x W + b, then that of another norm where there are vectors of one: what ends each branch of a transformer.
 *
 * @returns [..., C] each
 */
export function linearNorm<T extends tf.Tensor>(
  { x, weight, residual, vectors, nextVectors }: Inputs & { x: T; residual: T },
  attrs: Attrs,
): T[] {
  return tf.tidy(() => {
    const rows = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, tensor.shape.at(-1)!]);
    const inputs = { x: rows(x), weight, residual: rows(residual), vectors, nextVectors };
    const results = mayFuse() ? [linearNormKernel(inputs, attrs)].flat() : linearNormReference(inputs, attrs);
    return results.map((result) => tf.reshape(result, residual.shape) as T);
  });
}

/** True in inference on WebGPU for rows that a workgroup holds whole: the sum need not go to memory and back then. */
export function joinsLinearNorm(x: tf.Tensor, { shape: [terms, channels] }: tf.Tensor): boolean {
  const most = x.size <= MOST_ROWS * terms! ? MOST_CHANNELS : MOST_CHANNELS_OF_MANY;
  return mayFuse() && channels! <= most && channels! % 4 === 0 && terms! % 4 === 0;
}

/** The meaning of {@link linearNorm} on rows, in plain ops. */
export function linearNormReference(
  { x, weight, residual, vectors, nextVectors }: Inputs,
  { epsilon, nextEpsilon = epsilon }: Attrs,
): tf.Tensor[] {
  const [bias, gain, shift] = tf.unstack(vectors) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const sum = tf.add(residual, tf.add(tf.matMul(x, weight), bias));
  const y = layerNormReference({ x: sum, gain, bias: shift }, { epsilon });
  if (nextVectors === undefined) return [y];
  const [nextGain, nextShift] = tf.unstack(nextVectors) as [tf.Tensor, tf.Tensor];
  return [y, layerNormReference({ x: y, gain: nextGain, bias: nextShift }, { epsilon: nextEpsilon })];
}

const linearNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegLinearNorm',
  reference: linearNormReference,
  gradient: 'none',
});
