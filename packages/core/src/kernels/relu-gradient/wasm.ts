import type { KernelBody } from '../define-kernel.ts';
import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { elementsOf, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, Inputs } from './types.ts';

/** Elements that are worth a thread: one comparison each, so eight times those of gelu. */
const GRAIN = 131_072;

export const reluGradientWasm: KernelBody<Inputs, Attrs> = ({ dy, y }, _, given) => {
  const backend = given as WasmBackend;
  const inputs = [dy, y].map((tensor) => addressOf(backend, tensor));
  return writeTensor(backend, y.shape, (to) =>
    wasmModule(backend).run('reluGradient', [...inputs, to], elementsOf(y, GRAIN)),
  );
};
