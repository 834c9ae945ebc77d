import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { addressOf, clear, type WasmBackend, writeTensor, writeTensors } from '../wasm/wasm-backend.ts';
import { wasmKernels, wasmModule } from '../wasm/wasm-kernels.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Elements that are worth a thread. */
const GRAIN = 65_536;

/** Rows of so many numbers, shared out among threads. */
export const rowsToShare = (size: number, width: number) => ({ to: size / width, grain: Math.ceil(GRAIN / width) });

export const layerNormWasm: KernelBody<Inputs, Attrs> = ({ x, gain, bias }, { epsilon }, given) => {
  const width = gain.shape[0]!;
  if (width % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const inputs = [x, gain, bias!].map((tensor) => addressOf(backend, tensor));
  const rows = rowsToShare(sizeFromShape(x.shape), width);
  return writeTensor(backend, x.shape, (to) =>
    wasmModule(backend).run('layerNorm', [...inputs, to, width, epsilon], rows),
  );
};

export const layerNormGradientWasm: KernelBody<GradientInputs, Attrs> = ({ dy, x, gain }, { epsilon }, given) => {
  const width = gain.shape[0]!;
  if (width % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const inputs = [dy, x, gain].map((tensor) => addressOf(backend, tensor));
  return writeTensors(backend, [x.shape, [width], [width]], (outputs) => {
    for (const sums of outputs.slice(1)) clear(backend, sums, [width]);
    wasmKernels(backend).layerNormGradient(...inputs, ...outputs, sizeFromShape(x.shape) / width, width, epsilon);
  });
};
