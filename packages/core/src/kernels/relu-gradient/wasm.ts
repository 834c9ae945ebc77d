import type { KernelBody } from '../define-kernel.ts';
import { addressOf, allocate, type WasmBackend } from '../wasm/wasm-backend.ts';
import { elementsOf, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, Inputs } from './types.ts';

/** Elements that are worth a thread: one comparison each, so eight times those of gelu. */
const GRAIN = 131_072;

export const reluGradientWasm: KernelBody<Inputs, Attrs> = ({ dy, y }, _, given) => {
  const backend = given as WasmBackend;
  const out = allocate(backend, y.shape);
  const addresses = [dy, y, out].map((tensor) => addressOf(backend, tensor));
  wasmModule(backend).run('reluGradient', addresses, elementsOf(y, GRAIN));
  return out;
};
