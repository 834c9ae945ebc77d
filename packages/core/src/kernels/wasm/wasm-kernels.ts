import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../../errors.ts';
import { unpack } from '../../platform/unpack.ts';
import { sizeFromShape } from '../size.ts';
import { KernelThreads } from './kernel-threads.ts';
import { refuseFullHeap, type WasmBackend } from './wasm-backend.ts';

/** Functions of the module in assembly/ that work on a range: their last arguments are its begin, its end and the thread. */
export type RangedKernel =
  | 'adamStep'
  | 'attend'
  | 'clamp'
  | 'convolve'
  | 'copyBlocks'
  | 'correlate'
  | 'deformableSampling'
  | 'deformableSamplingGradient'
  | 'gelu'
  | 'geluGradient'
  | 'layerNorm'
  | 'maximum'
  | 'maxPool'
  | 'minimum'
  | 'multiplyBatches'
  | 'offsetSampling'
  | 'pack'
  | 'reluGradient'
  | 'softmax'
  | 'softplus'
  | 'sumAxis'
  | 'sumNorm'
  | 'sumSquares'
  | 'winograd'
  | 'winogradInput'
  | 'winogradUpstream';

/** Functions of the module in assembly/: addresses in bytes, sizes in elements. */
export type WasmKernels = Record<
  | RangedKernel
  | 'frame'
  | 'groupNorm'
  | 'groupNormGradient'
  | 'layerNormGradient'
  | 'maxPoolGradient'
  | 'resizeGradient'
  | 'sumRows'
  | 'swapBlocks'
  | 'transpose'
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

/** A module of one function that holds `f32x4.relaxed_madd` and nothing else. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 20, 1, 18, 0],
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 26, 11],
);

/** The binary for what this machine and this memory have: one of four, loaded on demand. */
async function binaryFor(isShared: boolean): Promise<ArrayBuffer> {
  const { binary } = WebAssembly.validate(RELAXED_PROBE)
    ? await (isShared ? import('./modules/relaxed-shared.generated.ts') : import('./modules/relaxed.generated.ts'))
    : await (isShared ? import('./modules/plain-shared.generated.ts') : import('./modules/plain.generated.ts'));
  return unpack(binary);
}

/** Our module on one heap, with the threads that share it. */
export class WasmModule {
  readonly kernels: WasmKernels;
  /** Rows of a tile of `convolve` and `correlate`. */
  readonly tileRows: number;
  /** Threads that may run a ranged kernel, each with memory of its own. */
  readonly threadCount: number;
  private readonly threads: KernelThreads | null;

  private constructor(exports: WebAssembly.Exports, threads: KernelThreads | null, threadCount: number) {
    this.kernels = exports as unknown as WasmKernels;
    this.tileRows = (exports.ROWS as WebAssembly.Global).value;
    this.threads = threads;
    this.threadCount = threads === null ? 1 : threadCount;
  }

  /** Compiles the module onto a memory; on a shared one up to `threads` threads work on each ranged kernel. */
  static async start(memory: WebAssembly.Memory, threads: number): Promise<WasmModule> {
    const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
    const module = await WebAssembly.compile(await binaryFor(isShared));
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    return new WasmModule(exports, await KernelThreads.start(module, memory, threads - 1), threads);
  }

  /** Runs kernel(...args, begin, end, thread) over a range, in parts where there are threads for them. */
  run(name: RangedKernel, args: readonly number[], { from = 0, to, grain }: Range): void {
    if (this.threads === null) this.kernels[name](...args, from, to, 0);
    else this.threads.run(name, this.kernels[name], args, from, to, grain);
  }
}

const loaded = new WeakMap<object, WasmModule>();
const loading = new WeakMap<object, Promise<void>>();

/** Compiles our module onto the heap of the wasm backend. Done once for each backend, by `useBackend`, also where several ask at once. */
export function loadWasmKernels(threads: number): Promise<void> {
  const backend = tf.findBackend('wasm') as WasmBackend;
  const known = loading.get(backend);
  if (known !== undefined) return known;
  const attempt = load(backend, threads);
  loading.set(backend, attempt);
  attempt.catch(() => loading.delete(backend)); // a later call may succeed
  return attempt;
}

async function load(backend: WasmBackend, threads: number): Promise<void> {
  const memory = backend.wasm.wasmMemory ?? backend.wasm.asm?.memory;
  if (memory === undefined) throw new BackendError('wasm: expected the memory of tfjs-backend-wasm 4.22, got none');
  const module = await WasmModule.start(memory, threads);
  refuseFullHeap(backend);
  adoptModule(backend, module);
}

/** Makes a module that of a backend, on whose heap it works. */
export function adoptModule(backend: WasmBackend, module: WasmModule): void {
  loaded.set(backend, module);
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
