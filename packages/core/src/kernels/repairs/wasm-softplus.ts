import type * as tf from '@tensorflow/tfjs-core';

import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { elementsOf, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Repair } from './repair.ts';

/** Elements that are worth a thread: about 50 μs. */
const GRAIN = 16_384;

/** tfjs takes an exponential and a logarithm of one element at a time: a tenth of a training step of Mask2Former at 256 × 256. */
export const wasmSoftplusRepairs: Repair[] = [
  {
    kernelName: 'Softplus',
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      if (x.dtype !== 'float32') return original!.kernelFunc(args);
      const backend = args.backend as WasmBackend;
      return writeTensor(backend, x.shape, (to) =>
        wasmModule(backend).run('softplus', [addressOf(backend, x), to], elementsOf(x, GRAIN)),
      );
    },
  },
];
