import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { addressOf, allocate, type WasmBackend, withScratch } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { Attrs, Inputs } from './types.ts';

export const sumRowsWasm: KernelBody<Inputs, Attrs> = ({ x }, { channels }, given) => {
  const backend = given as WasmBackend;
  const out = allocate(backend, [channels]);
  withScratch(backend, 4 * channels, (scratch) => {
    const [from, to] = [addressOf(backend, x), addressOf(backend, out)];
    wasmKernels(backend).sumRows(from, to, scratch, sizeFromShape(x.shape) / channels, channels);
  });
  return out;
};
