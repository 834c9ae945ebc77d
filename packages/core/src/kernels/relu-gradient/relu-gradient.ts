import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import type { Attrs, Inputs } from './types.ts';
import { reluGradientWasm } from './wasm.ts';

/** The gradient before a relu, from the one after it and from the relu's output: nothing where the output is zero. */
export function reluGradient<T extends tf.Tensor>(dy: T, y: tf.Tensor): T {
  return reluGradientKernel({ dy, y }, {}) as T;
}

/** The meaning of {@link reluGradient} in plain ops. */
export function reluGradientReference({ dy, y }: Inputs): tf.Tensor {
  return tf.mul(dy, tf.step(y));
}

const reluGradientKernel = defineKernel<Inputs, Attrs>({
  name: 'SegReluGradient',
  shapes: () => ({ dy: ['...'], y: ['...'] }),
  reference: reluGradientReference,
  bodies: { wasm: reluGradientWasm },
  gradient: 'none',
});
