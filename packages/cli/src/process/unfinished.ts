import { rmSync } from 'node:fs';
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

/**
 * Registers a folder that must not outlive an interrupted process. A thread of the system may still put a file into it while
 * it is removed: that is tried several times.
 */
export function removeFolderIfInterrupted(folder: string): () => void {
  return removeIfInterrupted(() => {
    for (let tries = 1; ; tries++) {
      try {
        return rmSync(folder, { recursive: true, force: true });
      } catch (error) {
        if (tries === MOST_TRIES) throw error;
      }
    }
  });
}

/** A hundred tries, each of which lists the folder anew: threads of the system have four files in hand at most. */
const MOST_TRIES = 100;

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
