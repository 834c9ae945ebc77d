import * as tf from '@tensorflow/tfjs-core';
import { platform } from '#platform';

import type { BackendOptions, BackendTraits } from './backend-info.ts';

/** Starts tfjs's WebAssembly backend, threaded where the platform allows. */
export async function startWasm(options: BackendOptions): Promise<BackendTraits> {
  const wasm = await platform.loadWasm();
  const backend = await platform.startWasm(wasm, options);
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
