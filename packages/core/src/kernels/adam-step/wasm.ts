import { clipFactor } from '../clipped.ts';
import type { KernelBody } from '../define-kernel.ts';
import { addressOf, type WasmBackend, writeTensors } from '../wasm/wasm-backend.ts';
import { elementsOf, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, Inputs } from './types.ts';

/** Elements that are worth a thread: seven streams of memory, about 50 μs. */
const GRAIN = 32_768;

/** One pass over memory in place of ten. */
export const adamStepWasm: KernelBody<Inputs, Attrs> = ({ parameter, gradient, first, second, norm }, step, given) => {
  const backend = given as WasmBackend;
  const { beta1, beta2, epsilon, clipNorm, decay, rate, rootScale } = step;
  const { shape } = parameter;
  const inputs = [parameter, gradient, first, second].map((tensor) => addressOf(backend, tensor));
  const numbers = [
    ...[clipFactor(backend, norm, clipNorm), beta1, 1 - beta1, beta2, 1 - beta2],
    ...[epsilon, 1 - decay, rate, rootScale ?? 1, rootScale === null ? 0 : 1],
  ];
  return writeTensors(backend, [shape, shape, shape], (outputs) =>
    wasmModule(backend).run('adamStep', [...inputs, ...outputs, ...numbers], elementsOf(parameter, GRAIN)),
  );
};
