import type { WasmPackage } from './types.ts';

/** Module that tfjs's Emscripten loader makes, as far as it is used here. */
export type EmscriptenModule = {
  // biome-ignore lint/suspicious/noExplicitAny: functions of any arguments
  cwrap(name: string, result: string | null, args: string[]): (...args: any[]) => any;
  PThread?: { unusedWorkers: Worker[]; runningWorkers: Worker[] };
  tfjs?: Record<string, unknown>;
};

/** Makes tfjs's backend of a module that was started here, as tfjs's own `init` does. */
export function backendOf(wasm: WasmPackage, module: EmscriptenModule): InstanceType<WasmPackage['BackendWasm']> {
  const { cwrap } = module;
  module.tfjs = {
    init: cwrap('init', null, []),
    initWithThreadsCount: cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: cwrap('get_threads_count', 'number', []),
    registerTensor: cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: cwrap('dispose_data', null, ['number']),
    dispose: cwrap('dispose', null, []),
  };
  return new wasm.BackendWasm(module as never);
}

/** Limit of tfjs: its binary starts no more than 8 threads, whatever it is told. */
const MOST_THREADS = 8;

/** Number of threads that tfjs's binary can start of those that are wanted. */
export function startableThreads(wanted: number): number {
  return Math.max(1, Math.min(wanted, MOST_THREADS));
}
