import { Worker } from 'node:worker_threads';

import { absentPackage } from '../backend/absent-package.ts';
import { loadWasm, startWasm } from './node-wasm.ts';
import type { Platform, ThreadStart } from './types.ts';

/** Node and what follows it, Deno for one. Native TensorFlow is loaded on demand, since its kernels stand on the platform themselves. */
export const platform: Platform = {
  maySleep: true,
  provideGpu,
  startNative: async (name, options) => (await import('../backend/native.ts')).startNative(name, options),
  loadWasm,
  startWasm,
  startThread,
};

/** Gives Node the globals that a browser has. */
async function provideGpu(): Promise<void> {
  if (globalThis.navigator?.gpu !== undefined) return;
  const { create, globals } = await dawn();
  Object.assign(globalThis, globals);
  if (globalThis.navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: {} });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });
}

/** Loaded by a name in a variable, so that a bundler does not look for a package that may be absent. */
async function dawn(): Promise<typeof import('webgpu')> {
  const name = 'webgpu';
  try {
    return await import(/* @vite-ignore */ name);
  } catch (error) {
    throw absentPackage('webgpu', name, error);
  }
}

async function startThread(live: string, data: ThreadStart): Promise<boolean> {
  const text = `${live}
    const { parentPort, workerData } = require('node:worker_threads');
    live(workerData, () => parentPort.postMessage('ready'));`;
  const worker = new Worker(text, { eval: true, workerData: data });
  const isReady = await new Promise<boolean>((resolve) => {
    worker.once('message', () => resolve(true));
    worker.once('error', () => resolve(false));
    worker.once('exit', () => resolve(false));
  });
  worker.unref(); // an idle thread does not keep the process alive
  return isReady;
}
