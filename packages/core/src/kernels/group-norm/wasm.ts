import type { KernelBody } from '../define-kernel.ts';
import { addressOf, allocate, allocateZeros, type WasmBackend, withScratch } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

export const groupNormWasm: KernelBody<Inputs, Attrs> = ({ x, gain, bias }, { groups, epsilon }, given) => {
  const [batch, height, width, channels] = x.shape;
  if (channels % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const out = allocate(backend, x.shape);
  withScratch(backend, 16 * channels, (scratch) => {
    const addresses = [x, gain, bias!, out].map((tensor) => addressOf(backend, tensor));
    wasmKernels(backend).groupNorm(...addresses, scratch, batch, height * width, channels, groups, epsilon);
  });
  return out;
};

export const groupNormGradientWasm: KernelBody<GradientInputs, Attrs> = (
  { dy, x, gain },
  { groups, epsilon },
  given,
) => {
  const [batch, height, width, channels] = x.shape;
  if (channels % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const outputs = [allocate(backend, x.shape), allocateZeros(backend, [channels]), allocateZeros(backend, [channels])];
  withScratch(backend, 16 * channels, (scratch) => {
    const addresses = [dy, x, gain, ...outputs].map((tensor) => addressOf(backend, tensor));
    wasmKernels(backend).groupNormGradient(...addresses, scratch, batch, height * width, channels, groups, epsilon);
  });
  return outputs;
};
