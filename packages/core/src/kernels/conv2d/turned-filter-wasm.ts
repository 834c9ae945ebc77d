import type * as tf from '@tensorflow/tfjs-core';

import type { Body } from '../define-kernel.ts';
import { addressOf, allocate, type WasmBackend } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';

/** Transposes the taps one by one into the opposite order. */
export const turnedFilterWasm: Body<{ filter: tf.Tensor4D }, Record<string, never>> = ({ filter }, _, given) => {
  const backend = given as WasmBackend;
  const [height, width, inputs, outputs] = filter.shape;
  const out = allocate(backend, [height, width, outputs, inputs]);
  const [from, to] = [addressOf(backend, filter), addressOf(backend, out)];
  const tap = 4 * inputs * outputs;
  for (let i = 0; i < height * width; i++) {
    wasmKernels(backend).transpose(from + i * tap, to + (height * width - 1 - i) * tap, 1, inputs, outputs);
  }
  return out;
};
