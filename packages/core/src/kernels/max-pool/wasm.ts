import type { Body } from '../define-kernel.ts';
import { addressOf, allocateZeros, type WasmBackend } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { Attrs, GradientInputs } from './types.ts';

export const maxPoolGradientWasm: Body<GradientInputs, Attrs> = ({ dy, x, y }, { size, strides, padding }, given) => {
  const backend = given as WasmBackend;
  const out = allocateZeros(backend, x.shape);
  const addresses = [dy, x, y, out].map((tensor) => addressOf(backend, tensor));
  const sizes = [...x.shape, dy.shape[1], dy.shape[2], ...size, ...strides, padding[0][0], padding[1][0]];
  wasmKernels(backend).maxPoolGradient(...addresses, ...sizes);
  return out;
};
