import { expectValue, numberIn } from '@seg/checkpoint/expect-options';
import type { NetworkRuntime } from '@seg/models';
import { openSession, type SessionOptions } from './node-session.ts';
import { runtimeOfSessions } from './runtime-of-sessions.ts';

/** Options of a runtime: those of its sessions, and how many there may be. */
export type OnnxRuntimeOptions = SessionOptions & {
  /** Most sizes of images whose sessions are kept, the last ones used. Default: 4. */
  maxSizes?: number;
};

const A_COUNT = numberIn({ least: 1, most: Number.POSITIVE_INFINITY, isWhole: true });

/**
 * Runs networks in onnxruntime-node in place of the backend, for `Segmenter`. Every size and number of images is exported
 * when it comes first: a pass on the backend, and the session's start.
 */
export function onnxRuntime(whole: OnnxRuntimeOptions = {}): NetworkRuntime {
  if (typeof whole !== 'object' || whole === null) {
    throw new TypeError(`onnxRuntime: expected an object of options, got ${whole}`);
  }
  const { maxSizes, ...options } = whole; // onnxruntime knows the others
  if (maxSizes !== undefined) expectValue('onnxRuntime', 'maxSizes', maxSizes, A_COUNT);
  return runtimeOfSessions((graph) => openSession(graph, options), maxSizes);
}
