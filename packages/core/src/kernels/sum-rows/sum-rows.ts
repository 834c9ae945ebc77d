import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import type { Attrs, Inputs } from './types.ts';
import { sumRowsWasm } from './wasm.ts';

/**
 * Sums over all axes but the last.
 *
 * @param x [..., C]
 * @returns [C]
 */
export function sumRows(x: tf.Tensor, channels: number): tf.Tensor1D {
  return sumRowsKernel({ x }, { channels }) as tf.Tensor1D;
}

/**
 * The meaning of {@link sumRows} in plain ops: a product with a row of ones, which every backend does faster than a
 * reduction along an outer axis.
 */
export function sumRowsReference({ x }: Inputs, { channels }: Attrs): tf.Tensor {
  const rows = x.size / channels;
  return tf.reshape(tf.matMul(tf.ones([1, rows]), tf.reshape(x, [rows, channels])), [channels]);
}

const sumRowsKernel = defineKernel<Inputs, Attrs>({
  name: 'SegSumRows',
  shapes: ({ channels }) => ({ x: ['...', channels] }),
  reference: sumRowsReference,
  bodies: { wasm: sumRowsWasm },
  saves: ['x'],
});
