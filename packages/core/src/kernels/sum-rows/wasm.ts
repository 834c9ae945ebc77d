import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { addressOf, type WasmBackend, withScratch, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { Attrs, Inputs } from './types.ts';

export const sumRowsWasm: KernelBody<Inputs, Attrs> = ({ x }, { channels }, given) => {
  const backend = given as WasmBackend;
  const rows = sizeFromShape(x.shape) / channels;
  return writeTensor(backend, [channels], (to) =>
    withScratch(backend, 4 * channels, (scratch) =>
      wasmKernels(backend).sumRows(addressOf(backend, x), to, scratch, rows, channels),
    ),
  );
};
