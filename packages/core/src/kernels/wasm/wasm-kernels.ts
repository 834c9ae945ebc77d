import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../../errors.ts';
import { sizeFromShape } from '../size.ts';
import { KernelThreads } from './kernel-threads.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { plainMemory, sharedMemory } from './wasm-module.generated.ts';

/** Functions of the module in assembly/ that work on a range: their last two arguments, its begin and its end. */
export type RangedKernel =
  | 'clamp'
  | 'deformableSampling'
  | 'deformableSamplingGradient'
  | 'gelu'
  | 'geluGradient'
  | 'layerNorm'
  | 'maximum'
  | 'maxPool'
  | 'minimum'
  | 'reluGradient'
  | 'winogradInput'
  | 'winogradOutput'
  | 'winogradUpstream';

/** Functions of the module in assembly/: addresses in bytes, sizes in elements. */
export type WasmKernels = Record<
  | RangedKernel
  | 'groupNorm'
  | 'groupNormGradient'
  | 'layerNormGradient'
  | 'maxPoolGradient'
  | 'resizeGradient'
  | 'sumRows'
  | 'swapBlocks'
  | 'transpose'
  | 'unfold'
  | 'winogradFilter'
  | 'winogradFilterGradient',
  (...args: number[]) => void
>;

/** [begin, end) of a ranged kernel, and the fewest units that are worth a thread. */
export type Range = { from?: number; to: number; grain: number };

/** All elements of a tensor as a range. */
export function elementsOf({ shape }: tf.TensorInfo, grain: number): Range {
  return { to: sizeFromShape(shape), grain };
}

/** Our module on one heap, with the threads that share it. */
export class WasmModule {
  readonly kernels: WasmKernels;
  private readonly threads: KernelThreads | null;

  private constructor(kernels: WasmKernels, threads: KernelThreads | null) {
    this.kernels = kernels;
    this.threads = threads;
  }

  /** Compiles the module onto a memory; on a shared one up to `threads` threads work on each ranged kernel. */
  static async start(memory: WebAssembly.Memory, threads: number): Promise<WasmModule> {
    const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
    const bytes = Uint8Array.from(atob(isShared ? sharedMemory : plainMemory), (letter) => letter.charCodeAt(0));
    const module = await WebAssembly.compile(bytes);
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    return new WasmModule(exports as WasmKernels, await KernelThreads.start(module, memory, threads - 1));
  }

  /** Runs kernel(...args, begin, end) over a range, in parts where there are threads for them. */
  run(name: RangedKernel, args: readonly number[], { from = 0, to, grain }: Range): void {
    if (this.threads === null) this.kernels[name](...args, from, to);
    else this.threads.run(name, this.kernels[name], args, from, to, grain);
  }
}

const loaded = new WeakMap<object, WasmModule>();

/** Compiles our module onto the heap of the wasm backend in use. Done once for each backend, by `useBackend`. */
export async function loadWasmKernels(threads: number): Promise<void> {
  const backend = tf.backend() as WasmBackend;
  if (loaded.has(backend)) return;
  const memory = backend.wasm.wasmMemory ?? backend.wasm.asm?.memory;
  if (memory === undefined) throw new BackendError('wasm: expected the memory of tfjs-backend-wasm 4.22, got none');
  loaded.set(backend, await WasmModule.start(memory, threads));
}

/** The module on the heap of a backend. */
export function wasmModule(backend: WasmBackend): WasmModule {
  const module = loaded.get(backend);
  if (module === undefined) throw new BackendError('wasm: expected a backend started by useBackend, got another');
  return module;
}

/** Its functions, for this thread alone. */
export function wasmKernels(backend: WasmBackend): WasmKernels {
  return wasmModule(backend).kernels;
}
