import type { KernelBody } from '../define-kernel.ts';
import { addressOf, clear, type WasmBackend, withScratch, writeTensor, writeTensors } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

export const groupNormWasm: KernelBody<Inputs, Attrs> = ({ x, gain, bias }, { groups, epsilon }, given) => {
  const [batch, height, width, channels] = x.shape;
  if (channels % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const inputs = [x, gain, bias!].map((tensor) => addressOf(backend, tensor));
  const sizes = [batch, height * width, channels, groups, epsilon];
  return writeTensor(backend, x.shape, (to) =>
    withScratch(backend, 16 * channels, (scratch) => wasmKernels(backend).groupNorm(...inputs, to, scratch, ...sizes)),
  );
};

export const groupNormGradientWasm: KernelBody<GradientInputs, Attrs> = (
  { dy, x, gain },
  { groups, epsilon },
  given,
) => {
  const [batch, height, width, channels] = x.shape;
  if (channels % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const inputs = [dy, x, gain].map((tensor) => addressOf(backend, tensor));
  const sizes = [batch, height * width, channels, groups, epsilon];
  return writeTensors(backend, [x.shape, [channels], [channels]], (outputs) => {
    for (const sums of outputs.slice(1)) clear(backend, sums, [channels]);
    withScratch(backend, 16 * channels, (scratch) =>
      wasmKernels(backend).groupNormGradient(...inputs, ...outputs, scratch, ...sizes),
    );
  });
};
