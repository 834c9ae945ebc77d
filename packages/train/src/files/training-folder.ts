import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, systemReason, writeFileAtomic } from '@seg/checkpoint/node';
import { bytesOf, FormatError, utf8Text } from '@seg/checkpoint/safetensors';

import { lossCurve } from '../fit/loss-curve.ts';
import { metricCurves } from '../fit/metric-curves.ts';
import type { TrainingStorage } from '../fit/training-storage.ts';
import { formatLog, formatResults, parseLog } from './log-files.ts';

/** Newest first. The one before stays until the next is whole: disks and power fail while files are written. */
const CHECKPOINTS = ['training.safetensors', 'training.previous.safetensors'] as const;

/**
 * Keeps a training in a folder, every file written whole or not at all: `training.safetensors` and the checkpoint before
 * it; `log.jsonl`, a line for every step and validation; `results.csv`, a row for every validation; `loss.svg` and
 * `metrics.svg`; `best.safetensors`, the parameters of the best validation.
 *
 * @throws FormatError where the log is absent or not one
 */
export function trainingFolder(folder: string): TrainingStorage {
  const at = (name: string): string => path.join(folder, name);
  return {
    async read() {
      const present = CHECKPOINTS.map(at).filter(existsSync);
      if (present.length === 0) return [];
      const bytes = await readFile(at('log.jsonl')).catch((error: unknown) => {
        throw new FormatError(`${at('log.jsonl')}: expected the log of the training, got ${systemReason(error)}`);
      });
      const log = parseLog(at('log.jsonl'), utf8Text(at('log.jsonl'), bytes, 'a log'));
      return Promise.all(present.map(async (file) => ({ checkpoint: bytesOf(file, await readFile(file)), log })));
    },
    async write(checkpoint, log, title) {
      const [newest, before] = CHECKPOINTS.map(at);
      await makeFolder(folder);
      await writeFileAtomic(at('log.jsonl'), formatLog(log)); // first: no checkpoint goes on without its log
      if (log.steps.length > 0) await writeFileAtomic(at('loss.svg'), lossCurve(log.steps, title));
      if (log.validations.length > 0) {
        await writeFileAtomic(at('results.csv'), formatResults(log.validations));
        await writeFileAtomic(at('metrics.svg'), metricCurves(log.validations, title));
      }
      if (existsSync(newest)) await rename(newest, before);
      await writeFileAtomic(newest, checkpoint);
    },
    async writeBest(weights) {
      await makeFolder(folder);
      await writeFileAtomic(at('best.safetensors'), weights);
    },
  };
}
