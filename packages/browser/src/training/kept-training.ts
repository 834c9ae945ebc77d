import type { TrainingLog } from '@seg/train';

import type { TrainingRun } from './training-run.ts';

/** Name of the database, of all pages of an origin. */
const DATABASE = 'seg-training';
const STORE = 'trainings';

/** State of a training, its best parameters, and what made it, which older ones do not tell. */
export type KeptTraining = { checkpoint: Uint8Array; log: TrainingLog; best?: Uint8Array; run?: TrainingRun };

/** Steps of a training that was kept; null where there is none of that name. */
export async function keptTraining(name: string): Promise<{ steps: number } | null> {
  const found = await inStore<KeptTraining | undefined>('readonly', (store) => store.get(name));
  return found?.log === undefined ? null : { steps: found.log.steps.length };
}

/** Forgets a training. */
export async function forgetTraining(name: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(name));
}

/** Asks the database something. */
export async function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answerOf<IDBDatabase>(opening);
  try {
    const transaction = database.transaction(STORE, mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was ended'));
    });
    done.catch(() => {}); // told by the request, where it is that which fails
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
