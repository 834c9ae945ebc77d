import type { ByteSource } from '@seg/checkpoint/safetensors';

import type { TrainingLog } from './training-log.ts';

/** State of a training that can go on: the checkpoint, and the log of what came before it. */
export type SavedTraining = { checkpoint: ByteSource; log: TrainingLog };

/** Place where a training is kept while it runs. */
export type TrainingStorage = {
  /** States that were written, newest first: where one turns out damaged, the one before it is taken. */
  read(): Promise<SavedTraining[]>;
  /** @param title Of the pictures of the log */
  write(checkpoint: Uint8Array, log: TrainingLog, title: string): Promise<void>;
  /** Keeps the parameters of the best validation so far. Default: they are not kept. */
  writeBest?(weights: Uint8Array): Promise<void>;
};
