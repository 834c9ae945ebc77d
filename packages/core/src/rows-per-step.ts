import * as tf from '@tensorflow/tfjs-core';

import { isRecorded } from './kernels/recorded.ts';
import type { WasmBackend } from './kernels/wasm/wasm-backend.ts';
import { wasmModule } from './kernels/wasm/wasm-kernels.ts';
import { isRecordedPlain } from './record-kernels.ts';

/** Floating point operations of a thread between two turns of the event loop, which may take 50 ms: `bench/steps` measures them. */
const MOST_OPERATIONS = 5e8;

/** Threads that are counted on: a third and fourth are often busy with other work, and parts of a step are one thread's. */
const MOST_THREADS = 2;

/**
 * Floating point operations of a step at most. Infinity but on WebAssembly in inference: graphics processors compute while the
 * event loop turns, a gradient wants the whole, and so does a graph that another runtime is to run.
 */
export function operationsPerStep(): number {
  if (tf.getBackend() !== 'wasm' || isRecorded() || isRecordedPlain()) return Number.POSITIVE_INFINITY;
  const threads = Math.min(MOST_THREADS, wasmModule(tf.backend() as WasmBackend).threadCount);
  return threads * MOST_OPERATIONS;
}

/**
 * Rows that one step of a large computation takes, by {@link operationsPerStep}.
 *
 * @param operations Floating point operations of a row
 * @param multiple A step has a multiple of as many rows, so that tiles lie as in the whole
 */
export function rowsPerStep(operations: number, multiple: number): number {
  return multiple * Math.max(1, Math.floor(operationsPerStep() / operations / multiple));
}
