import type * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmModule } from '../wasm/wasm-kernels.ts';
import type { Repair } from './repair.ts';

/** Elements that are worth a thread: about 50 μs. */
const GRAIN = 32_768;

/** tfjs's takes one element and one thread at a time. */
export const wasmSoftmaxRepairs: Repair[] = [
  {
    kernelName: 'Softmax',
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { logits } = args.inputs as { logits: tf.TensorInfo };
      const { dim } = args.attrs as { dim: number };
      const width = logits.shape.at(-1) ?? 1;
      if (logits.dtype !== 'float32' || dim !== logits.shape.length - 1 || width === 0)
        return original!.kernelFunc(args);
      const backend = args.backend as WasmBackend;
      const rows = { to: sizeFromShape(logits.shape) / width, grain: Math.ceil(GRAIN / width) };
      return writeTensor(backend, logits.shape, (to) =>
        wasmModule(backend).run('softmax', [addressOf(backend, logits), to, width], rows),
      );
    },
  },
];
