import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { turnedFilterWasm } from './turned-filter-wasm.ts';

type Inputs = { filter: tf.Tensor4D };

/**
 * A filter turned by 180°, its input and output channels exchanged: convolving with it carries gradients back.
 *
 * @param filter [height, width, in, out]
 * @returns [height, width, out, in]
 */
export function turnedFilter(filter: tf.Tensor4D): tf.Tensor4D {
  return turnedFilterKernel({ filter }, {}) as tf.Tensor4D;
}

/** The meaning of {@link turnedFilter} in plain ops. */
export function turnedFilterReference({ filter }: Inputs): tf.Tensor4D {
  return tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
}

const turnedFilterKernel = defineKernel<Inputs, Record<string, never>>({
  name: 'SegTurnedFilter',
  reference: turnedFilterReference,
  bodies: { wasm: turnedFilterWasm },
  gradient: 'none',
});
