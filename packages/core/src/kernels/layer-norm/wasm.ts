import type { KernelBody } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { addressOf, allocate, allocateZeros, type WasmBackend } from '../wasm/wasm-backend.ts';
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
  const out = allocate(backend, x.shape);
  const [from, scale, shift, to] = [x, gain, bias!, out].map((tensor) => addressOf(backend, tensor));
  const rows = rowsToShare(sizeFromShape(x.shape), width);
  wasmModule(backend).run('layerNorm', [from, scale, shift, to, width, epsilon], rows);
  return out;
};

export const layerNormGradientWasm: KernelBody<GradientInputs, Attrs> = ({ dy, x, gain }, { epsilon }, given) => {
  const width = gain.shape[0]!;
  if (width % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const outputs = [allocate(backend, x.shape), allocateZeros(backend, [width]), allocateZeros(backend, [width])];
  const addresses = [dy, x, gain, ...outputs].map((tensor) => addressOf(backend, tensor));
  wasmKernels(backend).layerNormGradient(...addresses, sizeFromShape(x.shape) / width, width, epsilon);
  return outputs;
};
