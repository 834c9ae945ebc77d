import type * as tf from '@tensorflow/tfjs-core';

import type { Body } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { addressOf, allocate, allocateZeros, type WasmBackend, withScratch } from '../wasm/wasm-backend.ts';
import { wasmKernels, wasmModule } from '../wasm/wasm-kernels.ts';

/** Elements that are worth a thread. */
const GRAIN = 65_536;

type Affine = { x: tf.Tensor; gain: tf.Tensor; bias?: tf.Tensor };
type Upstream = { dy: tf.Tensor; x: tf.Tensor; gain: tf.Tensor };
type Groups = { groups: number; epsilon: number };

export const layerNormWasm: Body<Affine, { epsilon: number }> = ({ x, gain, bias }, { epsilon }, given) => {
  const width = gain.shape[0]!;
  if (width % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const out = allocate(backend, x.shape);
  const [from, scale, shift, to] = [x, gain, bias!, out].map((tensor) => addressOf(backend, tensor));
  const rows = { to: sizeFromShape(x.shape) / width, grain: Math.ceil(GRAIN / width) };
  wasmModule(backend).run('layerNorm', [from, scale, shift, to, width, epsilon], rows);
  return out;
};

export const layerNormGradientWasm: Body<Upstream, { epsilon: number }> = ({ dy, x, gain }, { epsilon }, given) => {
  const width = gain.shape[0]!;
  if (width % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const outputs = [allocate(backend, x.shape), allocateZeros(backend, [width]), allocateZeros(backend, [width])];
  const addresses = [dy, x, gain, ...outputs].map((tensor) => addressOf(backend, tensor));
  wasmKernels(backend).layerNormGradient(...addresses, sizeFromShape(x.shape) / width, width, epsilon);
  return outputs;
};

export const groupNormWasm: Body<Affine, Groups> = ({ x, gain, bias }, { groups, epsilon }, given) => {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  if (channels % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const out = allocate(backend, x.shape);
  withScratch(backend, 16 * channels, (scratch) => {
    const addresses = [x, gain, bias!, out].map((tensor) => addressOf(backend, tensor));
    wasmKernels(backend).groupNorm(...addresses, scratch, batch, height * width, channels, groups, epsilon);
  });
  return out;
};

export const groupNormGradientWasm: Body<Upstream, Groups> = ({ dy, x, gain }, { groups, epsilon }, given) => {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  if (channels % 4 !== 0) return null;
  const backend = given as WasmBackend;
  const outputs = [allocate(backend, x.shape), allocateZeros(backend, [channels]), allocateZeros(backend, [channels])];
  withScratch(backend, 16 * channels, (scratch) => {
    const addresses = [dy, x, gain, ...outputs].map((tensor) => addressOf(backend, tensor));
    wasmKernels(backend).groupNormGradient(...addresses, scratch, batch, height * width, channels, groups, epsilon);
  });
  return outputs;
};
