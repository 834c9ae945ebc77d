import type { NetworkRuntime } from '@seg/models';

import { openSession, type SessionOptions } from './node-session.ts';
import { runtimeOfSessions } from './runtime-of-sessions.ts';

/** Options of a runtime: those of its sessions, and how many there may be. */
export type OnnxRuntimeOptions = SessionOptions & {
  /** Most sizes of images whose sessions are kept, the last ones used. Default: 4. */
  maxSizes?: number;
};

/**
 * Runs networks in onnxruntime-node in place of the backend, for `Segmenter`. Every size and number of images is exported
 * when it comes first: a pass on the backend, and the session's start.
 */
export function onnxRuntime({ maxSizes, ...options }: OnnxRuntimeOptions = {}): NetworkRuntime {
  return runtimeOfSessions((graph) => openSession(graph, options), maxSizes);
}
