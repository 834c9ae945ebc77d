import * as tf from '@tensorflow/tfjs-core';

import type { BackendOptions, BackendTraits } from './backend-info.ts';
import { isNode, loadPackage } from './load-package.ts';
import { startThreadedWasm } from './threaded-wasm.ts';

/**
 * Starts tfjs's WebAssembly backend. In Node always with the threaded SIMD binary; in a page tfjs chooses it where the
 * page is cross-origin isolated, and the plain SIMD binary elsewhere.
 */
export async function startWasm({ threads }: BackendOptions): Promise<BackendTraits> {
  const wasm = await loadPackage(
    'wasm',
    '@tensorflow/tfjs-backend-wasm',
    () => import('@tensorflow/tfjs-backend-wasm'),
  );
  if (isNode()) {
    const { availableParallelism } = await import('node:os');
    const backend = await startThreadedWasm(wasm, threads ?? availableParallelism());
    if ('wasm' in tf.engine().registryFactory) tf.removeBackend('wasm');
    tf.registerBackend('wasm', () => backend);
  } else {
    if (threads !== undefined) wasm.setThreadsCount(threads);
    await tf.setBackend('wasm');
  }
  const count = Math.max(1, wasm.getThreadsCount());
  return {
    description: `WebAssembly SIMD, ${count} ${count === 1 ? 'thread' : 'threads'}`,
    threads: count,
    halfPrecision: false,
    maxBufferBytes: 2 ** 32,
  };
}
