import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { bytesOf, FormatError, parseJson } from '@seg/checkpoint';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';

import type { LogEntry, TrainingStorage } from '../fit.ts';

/** Newest first. The one before stays until the next is whole: disks and power fail while files are written. */
const CHECKPOINTS = ['training.safetensors', 'training.previous.safetensors'] as const;

/**
 * Keeps a training in a folder: `training.safetensors` and the checkpoint before it, `log.json` and `loss.svg`, each
 * written whole or not at all.
 *
 * @throws FormatError where the log is not one
 */
export function trainingFolder(folder: string): TrainingStorage {
  const at = (name: string): string => path.join(folder, name);
  return {
    async read() {
      const present = CHECKPOINTS.map(at).filter(existsSync);
      if (present.length === 0) return [];
      const log = readLog(at('log.json'), await readFile(at('log.json'), 'utf8'));
      return Promise.all(present.map(async (file) => ({ checkpoint: bytesOf(file, await readFile(file)), log })));
    },
    async write(checkpoint, log, curve) {
      const [newest, before] = CHECKPOINTS.map(at);
      await makeFolder(folder);
      await writeFileAtomic(at('log.json'), JSON.stringify(log)); // first: no checkpoint goes on without its log
      await writeFileAtomic(at('loss.svg'), curve);
      if (existsSync(newest)) await rename(newest, before);
      await writeFileAtomic(newest, checkpoint);
    },
  };
}

function readLog(file: string, text: string): LogEntry[] {
  const log = parseJson(file, text);
  const isEntry = (entry: unknown): boolean =>
    typeof entry === 'object' && entry !== null && Number.isSafeInteger((entry as LogEntry).step);
  if (!Array.isArray(log) || !log.every(isEntry)) {
    throw new FormatError(`${file}: expected a list of steps with their loss, got something else`);
  }
  return log;
}
