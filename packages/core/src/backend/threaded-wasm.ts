import { BackendError } from '../errors.ts';

/** The threaded binary's own limit. */
const MOST_THREADS = 8;

type WasmPackage = typeof import('@tensorflow/tfjs-backend-wasm');
// biome-ignore lint/suspicious/noExplicitAny: the module that Emscripten makes has no types
type EmscriptenModule = any;

/**
 * Starts tfjs's threaded SIMD binary in Node. tfjs does not try: its flag is off there, and its loader hands workers a
 * blob URL that Node refuses. The binary itself runs well, so it is loaded from its package here.
 *
 * @returns The backend, its threads started and unreferenced, so that an idle pool does not keep the process alive
 */
export async function startThreadedWasm(
  wasm: WasmPackage,
  threads: number,
): Promise<InstanceType<WasmPackage['BackendWasm']>> {
  const wanted = Math.max(1, Math.min(threads, MOST_THREADS));
  wasm.setThreadsCount(wanted);
  const module = await instantiate(wanted);
  module.tfjs = bindings(module);
  const backend = new wasm.BackendWasm(module);
  const workers = [...module.PThread.unusedWorkers, ...module.PThread.runningWorkers];
  for (const worker of workers) worker.unref?.();
  return backend;
}

async function instantiate(threads: number): Promise<EmscriptenModule> {
  const { createRequire } = await import('node:module');
  const { dirname } = await import('node:path');
  const require = createRequire(import.meta.url);
  const main = require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js');
  const { wasmWorkerContents } = require(main.replace(/\.js$/, '.worker.js'));
  const factory = require(main);
  return withWorkerFile(wasmWorkerContents, (workerFile) =>
    withProcessors(2 * threads, () =>
      factory({
        locateFile: (file: string) => (file.endsWith('.worker.js') ? workerFile : `${dirname(main)}/${file}`),
        mainScriptUrlOrBlob: main,
        onAbort: (reason: unknown) => {
          throw new BackendError(`wasm: expected the threaded module to start, got ${reason}`);
        },
      }),
    ),
  );
}

/** Writes the worker's text to a file for as long as workers are being started from it. */
async function withWorkerFile<T>(text: string, start: (file: string) => Promise<T>): Promise<T> {
  const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const folder = mkdtempSync(join(tmpdir(), 'seg-wasm-'));
  const file = join(folder, 'worker.cjs');
  // the package stores the text for a Blob, with its line breaks inside strings already resolved
  writeFileSync(file, text.replace(/\n/g, '\\n'));
  try {
    return await start(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The binary starts half as many threads as the system shows processors: shows it more while it starts. */
async function withProcessors<T>(count: number, start: () => Promise<T>): Promise<T> {
  const { createRequire } = await import('node:module');
  const os = createRequire(import.meta.url)('node:os') as typeof import('node:os');
  const real = os.cpus;
  os.cpus = () => Array.from({ length: count }, () => real.call(os)[0]!);
  try {
    return await start();
  } finally {
    os.cpus = real;
  }
}

function bindings(module: EmscriptenModule): Record<string, unknown> {
  const { cwrap } = module;
  return {
    init: cwrap('init', null, []),
    initWithThreadsCount: cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: cwrap('get_threads_count', 'number', []),
    registerTensor: cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: cwrap('dispose_data', null, ['number']),
    dispose: cwrap('dispose', null, []),
  };
}
