import type * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { addressOf, type WasmBackend } from '../wasm/wasm-backend.ts';
import type { Repair } from './repair.ts';

/** tfjs makes bytes of numbers where it should make bools: ½ and 256 were false, 2 was neither. */
export const wasmCastRepairs: Repair[] = [
  {
    kernelName: 'Cast',
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      const isOfNumbers = x.dtype === 'float32' || x.dtype === 'int32';
      if ((args.attrs as { dtype: tf.DataType }).dtype !== 'bool' || !isOfNumbers) return original!.kernelFunc(args);
      return truths(args.backend as WasmBackend, x);
    },
  },
];

function truths(backend: WasmBackend, x: tf.TensorInfo): tf.TensorInfo {
  const out = backend.makeOutput(x.shape, 'bool');
  const size = sizeFromShape(x.shape);
  const { buffer } = backend.wasm.HEAPU8;
  const from = addressOf(backend, x);
  const values = x.dtype === 'int32' ? new Int32Array(buffer, from, size) : new Float32Array(buffer, from, size);
  const bools = new Uint8Array(buffer, addressOf(backend, out), size);
  for (let i = 0; i < size; i++) bools[i] = values[i] === 0 ? 0 : 1;
  return out;
}
