import type * as tf from '@tensorflow/tfjs-core';

import type { Body } from '../define-kernel.ts';
import { sizeFromShape } from '../size.ts';
import { addressOf, allocate, type WasmBackend, withScratch } from '../wasm/wasm-backend.ts';
import { type Range, wasmKernels, wasmModule } from '../wasm/wasm-kernels.ts';

type None = Record<string, never>;

export const geluWasm: Body<{ x: tf.Tensor }, None> = ({ x }, _, given) => {
  const backend = given as WasmBackend;
  const out = allocate(backend, x.shape);
  wasmModule(backend).run('gelu', [addressOf(backend, x), addressOf(backend, out)], elementsOf(x, 16_384));
  return out;
};

export const geluGradientWasm: Body<{ dy: tf.Tensor; x: tf.Tensor }, None> = ({ dy, x }, _, given) => {
  const backend = given as WasmBackend;
  const out = allocate(backend, x.shape);
  const addresses = [dy, x, out].map((tensor) => addressOf(backend, tensor));
  wasmModule(backend).run('geluGradient', addresses, elementsOf(x, 16_384));
  return out;
};

export const reluGradientWasm: Body<{ dy: tf.Tensor; y: tf.Tensor }, None> = ({ dy, y }, _, given) => {
  const backend = given as WasmBackend;
  const out = allocate(backend, y.shape);
  const addresses = [dy, y, out].map((tensor) => addressOf(backend, tensor));
  wasmModule(backend).run('reluGradient', addresses, elementsOf(y, 131_072));
  return out;
};

export const sumRowsWasm: Body<{ x: tf.Tensor }, { channels: number }> = ({ x }, { channels }, given) => {
  const backend = given as WasmBackend;
  const out = allocate(backend, [channels]);
  withScratch(backend, 4 * channels, (scratch) => {
    const [from, to] = [addressOf(backend, x), addressOf(backend, out)];
    wasmKernels(backend).sumRows(from, to, scratch, sizeFromShape(x.shape) / channels, channels);
  });
  return out;
};

function elementsOf({ shape }: tf.Tensor, grain: number): Range {
  return { to: sizeFromShape(shape), grain };
}
