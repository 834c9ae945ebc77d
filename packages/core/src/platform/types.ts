import type * as tf from '@tensorflow/tfjs-core';

import type { BackendOptions, BackendTraits } from '../backend/backend-info.ts';

/** tfjs-backend-wasm, once loaded. */
export type WasmPackage = typeof import('@tensorflow/tfjs-backend-wasm');

/** Data that a kernel thread starts with. */
export type ThreadStart = {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: SharedArrayBuffer;
  names: string[];
  /** Number of the thread, from 1. */
  thread: number;
};

/** Everything in core that is one thing in Node and another in a page; chosen by the conditions of package.json. */
export type Platform = {
  /** True if this thread may block: the main thread of a page may not. */
  maySleep: boolean;
  /** Makes `navigator.gpu` where there is none but a package that brings it. */
  provideGpu(): Promise<void>;
  /** @throws BackendError where TensorFlow's own library cannot be loaded */
  startNative(name: 'node' | 'node-gpu', options: BackendOptions): Promise<BackendTraits>;
  /** Loads tfjs's WebAssembly backend. */
  loadWasm(): Promise<WasmPackage>;
  /** Makes tfjs's WebAssembly backend, with as many threads as the machine and its limits allow unless told. */
  startWasm(wasm: WasmPackage, options: BackendOptions): Promise<tf.KernelBackend>;
  /**
   * Starts a worker that runs `live(data, ready)`. False where it did not start.
   *
   * @param live Text of the function `live`
   */
  startThread(live: string, data: ThreadStart): Promise<boolean>;
};
