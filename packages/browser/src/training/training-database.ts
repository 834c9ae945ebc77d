import { bytesOf } from '@seg/checkpoint/safetensors';
import type { SavedTraining, TrainingStorage } from '@seg/train';

import { inStore, type KeptTraining } from './kept-training.ts';

/** A training in the database of the page: it outlives a reload. The best parameters are kept beside its state. */
export function trainingDatabase(name: string): TrainingStorage & {
  /** Parameters of the best validation, where there was one. */
  best(): Promise<Uint8Array | null>;
} {
  const kept = () => inStore<KeptTraining | undefined>('readonly', (store) => store.get(name));
  const change = async (part: Partial<KeptTraining>) => {
    const before = await kept();
    await inStore('readwrite', (store) => store.put({ ...before, ...part }, name));
  };
  return {
    read: async (): Promise<SavedTraining[]> => {
      const found = await kept();
      if (found?.checkpoint === undefined) return [];
      return [{ checkpoint: bytesOf(`the training ${name}`, found.checkpoint), log: found.log }];
    },
    write: (checkpoint, log) => change({ checkpoint, log }),
    writeBest: (best) => change({ best }),
    best: async () => (await kept())?.best ?? null,
  };
}
