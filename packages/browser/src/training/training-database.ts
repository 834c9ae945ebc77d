import { bytesOf } from '@seg/checkpoint';
import type { SavedTraining, TrainingLog, TrainingStorage } from '@seg/train';

/** Name of the database, of all pages of an origin. */
const DATABASE = 'seg-training';
const STORE = 'trainings';

/** State of a training, and its best parameters. */
type KeptTraining = { checkpoint: Uint8Array; log: TrainingLog; best?: Uint8Array };

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

/** Steps of a training that was kept; null where there is none of that name. */
export async function keptTraining(name: string): Promise<{ steps: number } | null> {
  const found = await inStore<KeptTraining | undefined>('readonly', (store) => store.get(name));
  return found?.log === undefined ? null : { steps: found.log.steps.length };
}

/** Forgets a training. */
export async function forgetTraining(name: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(name));
}

async function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answerOf<IDBDatabase>(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const value = await answerOf<T>(use(transaction.objectStore(STORE)));
    await done;
    return value;
  } finally {
    database.close();
  }
}

function answerOf<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error);
  });
}
