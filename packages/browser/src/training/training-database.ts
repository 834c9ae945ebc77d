import { bytesOf } from '@seg/checkpoint/safetensors';
import type { SavedTraining, TrainingStorage } from '@seg/train';

import type { FinetuneNews } from './finetune-call.ts';
import { inStore, type KeptTraining } from './kept-training.ts';
import { changedFields, type TrainingRun } from './training-run.ts';

/** Storage of a training in the page's database. */
export type TrainingDatabase = TrainingStorage & {
  /** Parameters of the best validation, where there was one. */
  best(): Uint8Array | undefined;
  /** False where what was written last could not be kept. */
  isKept(): boolean;
};

/**
 * A training in the database of the page: it outlives a reload. One of another making is passed over, and replaced by the first
 * checkpoint. Where the database fails, for want of room above all, the training goes on without it.
 *
 * @param run What makes the training
 * @param tell Hears where one of another making was kept, and where nothing can be kept
 */
export function trainingDatabase(name: string, run: TrainingRun, tell: (news: FinetuneNews) => void): TrainingDatabase {
  let best: Uint8Array | undefined;
  let isKept = true;
  let unread: unknown;
  const failed = (error: unknown) => {
    isKept = false;
    const { name: kind, message } = error as Error;
    tell({ type: 'unkept', message: `expected a database that keeps the training, got ${kind}: ${message}` });
  };
  return {
    read: async (): Promise<SavedTraining[]> => {
      let found: KeptTraining | undefined;
      try {
        found = await inStore<KeptTraining | undefined>('readonly', (store) => store.get(name));
      } catch (error) {
        unread = error;
        failed(error);
      }
      if (found?.log === undefined) return [];
      const changed = changedFields(found.run, run);
      if (changed.length > 0) {
        tell({ type: 'anew', step: found.log.steps.length, changed });
        return [];
      }
      best = found.best;
      return [{ checkpoint: bytesOf(`the training ${name}`, found.checkpoint), log: found.log }];
    },
    write: async (checkpoint, log) => {
      const training: KeptTraining = { run, checkpoint, log, ...(best && { best }) };
      try {
        if (unread !== undefined) throw unread; // what cannot be read is not replaced
        await inStore('readwrite', (store) => store.put(training, name));
        isKept = true;
      } catch (error) {
        failed(error);
      }
    },
    writeBest: async (weights) => void (best = weights), // kept with the checkpoint behind it, whose log knows of it
    best: () => best,
    isKept: () => isKept,
  };
}
