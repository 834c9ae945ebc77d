import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';

import { absentPackage } from '../backend/absent-package.ts';
import type { BackendOptions } from '../backend/backend-info.ts';
import { BackendError } from '../errors.ts';
import { hostRequire } from './host-require.ts';
import { backendOf, type EmscriptenModule, startableThreads } from './tfjs-wasm.ts';
import type { WasmPackage } from './types.ts';

/** Loads the package, which comes with this one. */
export async function loadWasm(): Promise<WasmPackage> {
  try {
    return await import('@tensorflow/tfjs-backend-wasm');
  } catch (error) {
    throw absentPackage('wasm', '@tensorflow/tfjs-backend-wasm', error);
  }
}

/** Starts tfjs's threaded SIMD binary, or the plain one where the process may have no workers. */
export async function startWasm(wasm: WasmPackage, options: BackendOptions): Promise<tf.KernelBackend> {
  const { threads = availableParallelism() } = options;
  return leavingNothing(async () =>
    mayHaveWorkers() ? startThreaded(wasm, threads) : tf.findBackendFactory('wasm')(),
  );
}

/** False under `--permission` without `--allow-worker`. */
function mayHaveWorkers(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  return permission === undefined || permission.has('worker');
}

/**
 * Takes back what the binaries' loaders leave on the process: `global.Worker`, and listeners that throw each uncaught
 * error again, so that Node prints the loader's one line of 55 kB above it.
 */
async function leavingNothing<T>(start: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  const hadWorker = 'Worker' in globalThis;
  try {
    return await start();
  } finally {
    for (const [i, event] of events.entries()) {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[i]!.has(listener)) process.off(event, listener);
      }
    }
    if (!hadWorker) Reflect.deleteProperty(globalThis, 'Worker');
  }
}

/**
 * tfjs does not try its threaded binary in Node: its flag is off there, and its loader hands workers a blob URL that Node
 * refuses. The binary itself runs well, so it is loaded from its package here.
 *
 * @returns The backend, its threads started and unreferenced, so that an idle pool does not keep the process alive
 */
async function startThreaded(wasm: WasmPackage, threads: number): Promise<tf.KernelBackend> {
  const wanted = startableThreads(threads);
  wasm.setThreadsCount(wanted);
  const module = await instantiate(wanted);
  const backend = backendOf(wasm, module);
  const { unusedWorkers = [], runningWorkers = [] } = module.PThread ?? {};
  for (const worker of [...unusedWorkers, ...runningWorkers]) (worker as { unref?(): void }).unref?.();
  return backend;
}

async function instantiate(threads: number): Promise<EmscriptenModule> {
  const main = hostRequire.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js');
  const { wasmWorkerContents } = hostRequire(main.replace(/\.js$/, '.worker.js'));
  const factory = hostRequire(main);
  const worker = workerUrl(wasmWorkerContents);
  return withProcessors(2 * threads, () =>
    factory({
      locateFile: (file: string) => (file.endsWith('.worker.js') ? worker : `${dirname(main)}/${file}`),
      mainScriptUrlOrBlob: main,
      onAbort: (reason: unknown) => {
        throw new BackendError(`wasm: expected the threaded module to start, got ${reason}`);
      },
    }),
  );
}

/**
 * The worker's text assigns both. A worker of Deno has them as accessors: `location` without a setter, and `onmessage` with
 * one that would make each message arrive twice.
 */
const PLAIN_GLOBALS = `for (const name of ['location', 'onmessage'])
      Object.defineProperty(globalThis, name, { value: undefined, writable: true });`;

/**
 * The worker as a URL that holds its text: no file is written, so that a read-only disk does. Such a worker is an ES
 * module, which has no `require` and no `__filename`.
 */
function workerUrl(text: string): URL {
  const prelude = `import { createRequire } from 'node:module';
    const require = createRequire(${JSON.stringify(import.meta.url)}), __filename = 'worker.js';
    ${'Deno' in globalThis ? PLAIN_GLOBALS : ''}\n`;
  // the package stores the text for a Blob, with its line breaks inside strings already resolved
  return new URL(`data:text/javascript,${encodeURIComponent(prelude + text.replace(/\n/g, '\\n'))}`);
}

/**
 * Shows the binary twice the processors while it starts: it makes workers for half of what `os.cpus` tells it, and asks
 * nothing else.
 */
async function withProcessors<T>(count: number, start: () => Promise<T>): Promise<T> {
  const os = hostRequire('node:os') as typeof import('node:os');
  const real = os.cpus;
  os.cpus = () => Array.from({ length: count }, () => real.call(os)[0]!);
  try {
    return await start();
  } finally {
    os.cpus = real;
  }
}
