import type { KernelBody } from '../define-kernel.ts';
import { addressOf, allocate, type WasmBackend } from '../wasm/wasm-backend.ts';
import { elementsOf, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Elements that are worth a thread: an exponential each. */
const GRAIN = 16_384;

export const geluWasm: KernelBody<Inputs, Attrs> = ({ x }, _, given) => {
  const backend = given as WasmBackend;
  const out = allocate(backend, x.shape);
  wasmModule(backend).run('gelu', [addressOf(backend, x), addressOf(backend, out)], elementsOf(x, GRAIN));
  return out;
};

export const geluGradientWasm: KernelBody<GradientInputs, Attrs> = ({ dy, x }, _, given) => {
  const backend = given as WasmBackend;
  const out = allocate(backend, x.shape);
  const addresses = [dy, x, out].map((tensor) => addressOf(backend, tensor));
  wasmModule(backend).run('geluGradient', addresses, elementsOf(x, GRAIN));
  return out;
};
