import type { KernelBody } from '../define-kernel.ts';
import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { elementsOf, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Elements that are worth a thread: an exponential each. */
const GRAIN = 16_384;

export const geluWasm: KernelBody<Inputs, Attrs> = ({ x }, _, given) => {
  const backend = given as WasmBackend;
  return writeTensor(backend, x.shape, (to) =>
    wasmModule(backend).run('gelu', [addressOf(backend, x), to], elementsOf(x, GRAIN)),
  );
};

export const geluGradientWasm: KernelBody<GradientInputs, Attrs> = ({ dy, x }, _, given) => {
  const backend = given as WasmBackend;
  const inputs = [dy, x].map((tensor) => addressOf(backend, tensor));
  return writeTensor(backend, x.shape, (to) =>
    wasmModule(backend).run('geluGradient', [...inputs, to], elementsOf(x, GRAIN)),
  );
};
