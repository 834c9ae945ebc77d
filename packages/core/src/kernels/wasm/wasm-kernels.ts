import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../../errors.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { plainMemory, sharedMemory } from './wasm-module.generated.ts';

/** Functions of the module in assembly/: addresses in bytes, sizes in elements. */
export type WasmKernels = Record<
  | 'deformableSampling'
  | 'deformableSamplingGradient'
  | 'gelu'
  | 'geluGradient'
  | 'groupNorm'
  | 'groupNormGradient'
  | 'layerNorm'
  | 'layerNormGradient'
  | 'maxPoolGradient'
  | 'reluGradient'
  | 'resizeGradient'
  | 'sumRows'
  | 'swapBlocks'
  | 'transpose'
  | 'unfold'
  | 'winogradFilter'
  | 'winogradFilterGradient'
  | 'winogradInput'
  | 'winogradOutput'
  | 'winogradUpstream',
  (...args: number[]) => void
>;

const loaded = new WeakMap<object, WasmKernels>();

/** Compiles our module onto the heap of the wasm backend in use. Done once for each backend, by `useBackend`. */
export async function loadWasmKernels(): Promise<void> {
  const backend = tf.backend() as WasmBackend;
  if (loaded.has(backend)) return;
  const memory = backend.wasm.wasmMemory ?? backend.wasm.asm?.memory;
  if (memory === undefined) throw new BackendError('wasm: expected the memory of tfjs-backend-wasm 4.22, got none');
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const bytes = Uint8Array.from(atob(isShared ? sharedMemory : plainMemory), (letter) => letter.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  loaded.set(backend, instance.exports as WasmKernels);
}

/** The module on the heap of a backend. */
export function wasmKernels(backend: WasmBackend): WasmKernels {
  const kernels = loaded.get(backend);
  if (kernels === undefined) throw new BackendError('wasm: expected a backend started by useBackend, got another');
  return kernels;
}
