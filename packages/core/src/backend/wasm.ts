import * as tf from '@tensorflow/tfjs-core';
import { platform } from '#platform';

import type { WasmPackage } from '../platform/types.ts';
import { absentPackage } from './absent-package.ts';
import type { BackendOptions, BackendTraits } from './backend-info.ts';

/** Starts tfjs's WebAssembly backend, threaded where the platform allows. */
export async function startWasm({ threads }: BackendOptions): Promise<BackendTraits> {
  const wasm = await loadWasm();
  const backend = await platform.startWasm(wasm, threads);
  if ('wasm' in tf.engine().registryFactory) tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => backend);
  const count = Math.max(1, wasm.getThreadsCount());
  return {
    description: `WebAssembly SIMD, ${count} ${count === 1 ? 'thread' : 'threads'}`,
    threads: count,
    halfPrecision: false,
    maxBufferBytes: 2 ** 32,
  };
}

async function loadWasm(): Promise<WasmPackage> {
  try {
    return await import('@tensorflow/tfjs-backend-wasm');
  } catch (error) {
    throw absentPackage('wasm', '@tensorflow/tfjs-backend-wasm', error);
  }
}
