import { expectValue, numberIn } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { defineKernel } from '../define-kernel.ts';
import { mayFuse } from '../may-fuse.ts';
import type { Attrs, Inputs } from './types.ts';

/**
 * The highest values of each row, descending; of equal ones the first comes first. tfjs sorts whole rows on WebGPU, in a hundred
 * dispatches.
 *
 * @param x [B, N]
 * @param k At most N
 * @returns Both [B, k], indices int32
 */
export function topK(x: tf.Tensor2D, k: number): { values: tf.Tensor2D; indices: tf.Tensor2D } {
  expectTensors('topK', { x });
  expectValue('topK', 'k', k, numberIn({ least: 0, most: x.shape[1], isWhole: true }));
  const [values, indices] = mayFuse() ? (topKKernel({ x }, { k }) as tf.Tensor[]) : topKReference({ x }, { k });
  return { values: values as tf.Tensor2D, indices: indices as tf.Tensor2D };
}

/** The meaning of {@link topK} in plain ops. @returns Values and indices */
export function topKReference({ x }: Inputs, { k }: Attrs): tf.Tensor[] {
  const { values, indices } = tf.topk(x, k);
  return [values, indices];
}

const topKKernel = defineKernel<Inputs, Attrs>({ name: 'SegTopK', reference: topKReference, gradient: 'none' });
