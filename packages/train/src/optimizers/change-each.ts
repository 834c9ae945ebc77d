import { BackendError } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** One of several changes that belong together. */
export type Change = {
  /** Elements of the largest tensor that it makes. */
  size: number;
  make(): void;
};

/**
 * Makes changes that need memory, each in a tidy of its own. The largest comes first: where there is room for it there is room
 * for all others, unless somebody else holds what it has replaced. So a full heap ends them before the first, and nothing has
 * changed.
 *
 * @param hasBegun Something else of the same update has changed before. Default: false
 * @throws Error that tells how many have been made where some have and others could not be
 */
export function changeEach(where: string, changes: readonly Change[], hasBegun = false): void {
  const ordered = [...changes].sort((a, b) => b.size - a.size);
  for (const [made, change] of ordered.entries()) {
    try {
      tf.tidy(() => change.make());
    } catch (error) {
      throw made === 0 && !hasBegun ? error : halfMade(where, made, ordered.length, error);
    }
  }
}

function halfMade(where: string, made: number, wanted: number, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const found = `${made}, so that weights and moments are of two updates (go on from the last checkpoint)`;
  const Kind = cause instanceof BackendError ? BackendError : Error;
  return new Kind(`${where}: expected ${wanted} changes that belong together, got ${found}: ${reason}`, { cause });
}
