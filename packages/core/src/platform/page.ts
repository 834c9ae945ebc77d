import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../errors.ts';
import type { Platform, ThreadStart } from './types.ts';

/** A page, or a worker of one. */
export const platform: Platform = {
  maySleep: false,
  provideGpu: async () => {},
  startNative: async (name) => {
    throw new BackendError(`${name}: expected Node, got a browser`);
  },
  // tfjs takes the threaded binary where the page is cross-origin isolated, and the plain SIMD binary elsewhere
  startWasm: async (wasm, threads) => {
    if (threads !== undefined) wasm.setThreadsCount(threads);
    try {
      return await tf.findBackendFactory('wasm')();
    } catch (error) {
      throw new BackendError(`wasm: expected ${lastBinary()}, got ${reasonOf(error)}`);
    }
  },
  startThread: (live, data) =>
    startWorker(`${live}\nonmessage = ({ data }) => live(data, () => postMessage('ready'));`, data),
};

/** The binary that was asked for last: tfjs's own error does not name it. */
function lastBinary(): string {
  const binaries = performance.getEntriesByType('resource').filter(({ name }) => /\.wasm([?#]|$)/.test(name));
  return binaries.at(-1)?.name ?? 'the .wasm file of tfjs-backend-wasm beside the script';
}

function reasonOf(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message ?? error;
  return String(message).split('\n')[0]!;
}

function startWorker(text: string, data: ThreadStart): Promise<boolean> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.postMessage(data);
  return new Promise<boolean>((resolve) => {
    worker.onmessage = () => resolve(true);
    worker.onerror = () => resolve(false);
  }).finally(() => URL.revokeObjectURL(url));
}
