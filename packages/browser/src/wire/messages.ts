import type { PackedError } from './pack-error.ts';

/** Message to the side that works. */
export type CallMessage =
  | { kind: 'call'; id: number; method: string; value: unknown }
  /** Ends a call; its answer is awaited by nobody. */
  | { kind: 'abort'; id: number };

/** Message from the side that works. */
export type AnswerMessage =
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: PackedError }
  /** News of a call that goes on. */
  | { kind: 'news'; id: number; value: unknown };

/** End of a channel: a worker, the inside of one, or a message port. */
export type CallPort = {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listen: (event: MessageEvent) => void): void;
  /** Message ports wait for it. */
  start?(): void;
};
