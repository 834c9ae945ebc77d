import { BackendError } from '../errors.ts';
import type { Platform, ThreadStart, WasmPackage } from './types.ts';

/** A page, or a worker of one. */
export const platform: Platform = {
  maySleep: false,
  provideGpu: async () => {},
  startNative: async (name) => {
    throw new BackendError(`${name}: expected Node, got a browser`);
  },
  loadWasm: async () => (await import('./embedded/backend.generated.ts')) as unknown as WasmPackage,
  // on demand, as the backend itself: tfjs's two loaders have 92 kB
  startWasm: async (wasm, options) => (await import('./page-wasm.ts')).startWasm(wasm, options),
  startThread: (live, data) =>
    startWorker(`${live}\nonmessage = ({ data }) => live(data, () => postMessage('ready'));`, data),
};

function startWorker(text: string, data: ThreadStart): Promise<boolean> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.postMessage(data);
  return new Promise<boolean>((resolve) => {
    worker.onmessage = () => resolve(true);
    worker.onerror = () => resolve(false);
  }).finally(() => URL.revokeObjectURL(url));
}
