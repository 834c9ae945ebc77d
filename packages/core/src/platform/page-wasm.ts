import type * as tf from '@tensorflow/tfjs-core';

import type { BackendOptions } from '../backend/backend-info.ts';
import { BackendError } from '../errors.ts';
import { simdLoader, threadedLoader } from './embedded/backend.generated.ts';
import { backendOf, type EmscriptenModule, startableThreads } from './tfjs-wasm.ts';
import type { WasmPackage } from './types.ts';
import { unpack } from './unpack.ts';

/** Settings of an Emscripten loader, as far as they are used here. */
type LoaderSettings = {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  locateFile?(file: string): string;
  mainScriptUrlOrBlob?: Blob;
};

type Loader = (settings: LoaderSettings) => Promise<EmscriptenModule>;

/**
 * Starts tfjs's SIMD binary, threaded where the page is cross-origin isolated. tfjs fetches its binary from beside the
 * page, where no bundler puts it, and hands threads the text of a function, which a minifier has rewritten (tfjs #4107,
 * #4539): binary and texts come from modules of ours instead, or the binary from `wasmPaths`.
 */
export async function startWasm(wasm: WasmPackage, options: BackendOptions): Promise<tf.KernelBackend> {
  const { threads = navigator.hardwareConcurrency ?? 1, wasmPaths } = options;
  const count = startableThreads(threads);
  if (count === 1 || !mayShareMemory()) {
    wasm.setThreadsCount(1);
    const binary = wasmPaths === undefined ? await embeddedSimd() : await fetchBinary(wasmPaths, 'simd');
    return backendOf(wasm, await instantiate(simdLoader as Loader, await compile(binary), {}));
  }
  wasm.setThreadsCount(count);
  return backendOf(wasm, await withProcessors(2 * count, () => startThreaded(wasmPaths)));
}

function mayShareMemory(): boolean {
  return globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer !== 'undefined';
}

async function startThreaded(wasmPaths: string | undefined): Promise<EmscriptenModule> {
  const embedded = await import('./embedded/threaded-simd.generated.ts');
  const binary =
    wasmPaths === undefined ? await unpack(embedded.binary) : await fetchBinary(wasmPaths, 'threaded-simd');
  const asScript = async (text: string): Promise<Blob> => new Blob([await unpack(text)], { type: 'text/javascript' });
  const worker = URL.createObjectURL(await asScript(embedded.worker));
  try {
    return await instantiate(threadedLoader as Loader, await compile(binary), {
      locateFile: () => worker,
      mainScriptUrlOrBlob: await asScript(embedded.script),
    });
  } finally {
    URL.revokeObjectURL(worker);
  }
}

async function embeddedSimd(): Promise<ArrayBuffer> {
  return unpack((await import('./embedded/simd.generated.ts')).binary);
}

async function fetchBinary(wasmPaths: string, variant: 'simd' | 'threaded-simd'): Promise<ArrayBuffer> {
  const url = `${wasmPaths}tfjs-backend-wasm-${variant}.wasm`;
  let reason: string;
  try {
    const response = await fetch(url);
    if (response.ok) return await response.arrayBuffer();
    reason = `status ${response.status}`;
  } catch (error) {
    reason = reasonOf(error);
  }
  throw new BackendError(`wasm: expected ${new URL(url, globalThis.location?.href).href}, got ${reason}`);
}

async function compile(binary: ArrayBuffer): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(binary);
  } catch (error) {
    throw new BackendError(`wasm: expected a WebAssembly module with SIMD, got ${reasonOf(error)}`);
  }
}

/** An Emscripten loader tells nobody of a module that does not start: it would leave the caller waiting. */
function instantiate(
  loader: Loader,
  module: WebAssembly.Module,
  settings: Omit<LoaderSettings, 'instantiateWasm'>,
): Promise<EmscriptenModule> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void =>
      reject(new BackendError(`wasm: expected the module to start, got ${reasonOf(error)}`));
    const instantiateWasm: LoaderSettings['instantiateWasm'] = (imports, receive) => {
      WebAssembly.instantiate(module, imports).then((instance) => receive(instance, module), failed);
      return {};
    };
    // wrapped: the module is no promise, yet has a `then` in some builds of Emscripten
    loader({ ...settings, instantiateWasm }).then(resolve, failed);
  });
}

/**
 * Shows the binary twice the processors while it starts: it makes threads for half of what the page tells it, and asks
 * nothing else. A page that has set the number for good keeps it.
 */
async function withProcessors<T>(count: number, start: () => Promise<T>): Promise<T> {
  const own = Reflect.getOwnPropertyDescriptor(navigator, 'hardwareConcurrency');
  Reflect.defineProperty(navigator, 'hardwareConcurrency', { value: count, configurable: true });
  try {
    return await start();
  } finally {
    if (own === undefined) Reflect.deleteProperty(navigator, 'hardwareConcurrency');
    else Reflect.defineProperty(navigator, 'hardwareConcurrency', own);
  }
}

function reasonOf(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message ?? error;
  return String(message).split('\n')[0]!;
}
