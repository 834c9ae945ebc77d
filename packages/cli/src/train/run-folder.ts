import { existsSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { makeFolder, systemReason } from '@seg/checkpoint/node';

import { requireNewFiles } from '../process/new-files.ts';
import { takeLock } from '../process/run-lock.ts';

/**
 * Finds out before anything is read whether a run can be kept in a folder: in a new or empty one, or, to go on, in that of
 * a run.
 *
 * @throws FormatError where the folder is something else, or cannot be written to
 */
export async function requireRunFolder(folder: string, isContinued: boolean): Promise<void> {
  const isThere = existsSync(path.join(folder, 'run.json'));
  if (isThere && !isContinued) {
    throw new FormatError(`train: expected no run in ${folder} (--resume goes on with it), got one`);
  }
  if (!isThere && isContinued) throw new FormatError(`train: expected a run in ${folder} to go on with, got none`);
  const other = isContinued ? undefined : (await namesIn(folder)).find((name) => !name.startsWith('.'));
  if (other !== undefined) {
    throw new FormatError(`train: expected a new or empty folder for the run, got ${folder}, which has ${other} in it`);
  }
  await requireNewFiles('train', { outputs: [path.join(folder, 'run.json')], folder, force: isContinued });
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new FormatError(`train: expected a folder for the run, got ${folder}, ${systemReason(error)}`);
  });
}

/** Folders of a run that files are written in. */
const FOLDERS = ['', 'validation', 'model'];

/** Name of a file that is being written beside its place. */
const PART = /^\..+\.\d+-\d+\.part$/;

/**
 * Takes the folder of a run, so that no two write into it, and removes what a killed run was writing.
 *
 * @returns Gives it back; a folder that nothing was written into goes
 * @throws Temporary where another run has it
 */
export async function claimRunFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder).catch((error: unknown) => {
    throw new FormatError(`train: expected a folder ${folder} to write to, got ${systemReason(error)}`, {
      cause: error,
    });
  });
  const release = await takeLock('train', path.join(folder, '.run.lock'));
  for (const inside of FOLDERS.map((name) => path.join(folder, name))) {
    const parts = (await namesIn(inside)).filter((name) => PART.test(name));
    for (const part of parts) await rm(path.join(inside, part), { force: true });
  }
  return async () => {
    release();
    await rmdir(folder).catch(() => {}); // fails where there is a run in it
  };
}
