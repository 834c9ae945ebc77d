import { removeParts } from '@seg/checkpoint/node';

const removals = new Set<() => void>();

/**
 * Registers what must not outlive an interrupted process: a folder half filled, a worker. `remove` may not wait.
 *
 * @returns Takes the registration back
 */
export function removeIfInterrupted(remove: () => void): () => void {
  removals.add(remove);
  return () => void removals.delete(remove);
}

/** Removes all that is registered, and files that are being written. A failure of one does not keep the others. */
export function removeUnfinished(): void {
  for (const remove of [...removals, removeParts]) {
    try {
      remove();
    } catch {
      // the process ends anyway, and the first reason is the one to tell
    }
  }
  removals.clear();
}
