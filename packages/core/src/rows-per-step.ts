import * as tf from '@tensorflow/tfjs-core';

import { isRecorded } from './kernels/recorded.ts';
import { isRecordedPlain } from './record-kernels.ts';

/** Floating point operations between two turns of the event loop: two threads of WebAssembly do as many in 40 ms. */
const MOST_OPERATIONS = 2e9;

/**
 * Rows that one step of a large computation takes. All of them, Infinity, but on WebAssembly in inference: graphics processors
 * compute while the event loop turns, a gradient wants the whole, and so does a graph that another runtime is to run.
 *
 * @param operations Floating point operations of a row
 * @param multiple A step has a multiple of as many rows, so that tiles lie as in the whole
 */
export function rowsPerStep(operations: number, multiple: number): number {
  if (tf.getBackend() !== 'wasm' || isRecorded() || isRecordedPlain()) return Number.POSITIVE_INFINITY;
  return multiple * Math.max(1, Math.floor(MOST_OPERATIONS / operations / multiple));
}
