import * as tf from '@tensorflow/tfjs-core';

import { defineKernel, type KernelBody } from '../define-kernel.ts';
import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';

type TurnedInputs = { filter: tf.Tensor4D };
type NoAttrs = Record<string, never>;

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
export function turnedFilterReference({ filter }: TurnedInputs): tf.Tensor4D {
  return tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
}

/** Transposes the taps one by one into the opposite order. */
const turnedFilterWasm: KernelBody<TurnedInputs, NoAttrs> = ({ filter }, _, given) => {
  const backend = given as WasmBackend;
  const [height, width, inputs, outputs] = filter.shape;
  const from = addressOf(backend, filter);
  const [taps, bytes] = [height * width, 4 * inputs * outputs];
  return writeTensor(backend, [height, width, outputs, inputs], (to) => {
    for (let i = 0; i < taps; i++) {
      wasmKernels(backend).transpose(from + i * bytes, to + (taps - 1 - i) * bytes, 1, inputs, outputs);
    }
  });
};

const turnedFilterKernel = defineKernel<TurnedInputs, NoAttrs>({
  name: 'SegTurnedFilter',
  reference: turnedFilterReference,
  bodies: { wasm: turnedFilterWasm },
  gradient: 'none',
});
