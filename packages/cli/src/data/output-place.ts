import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, systemReason } from '@seg/checkpoint/node';

import { UsageError } from '../process/exit-code.ts';
import { requireNewFiles } from '../process/new-files.ts';

/**
 * Makes sure that files can be written without taking the place of others.
 *
 * @param inputs Files that are read, which are never replaced
 * @throws Error where one is there, unless it may be replaced
 */
export async function claimFiles(
  files: readonly string[],
  mayReplace: boolean,
  inputs: readonly string[],
): Promise<void> {
  for (const file of files) {
    const [outputs, folder] = [[file], path.dirname(file)];
    await requireNewFiles('data', { outputs, folder, inputs, force: mayReplace, advice: '--force to replace it' });
    await make(folder);
  }
}

/**
 * Makes a folder for results.
 *
 * @throws Error where it has files, unless they may be replaced
 */
export async function claimFolder(folder: string, mayReplace: boolean): Promise<void> {
  await make(folder);
  const [present] = await readdir(folder);
  if (present === undefined || mayReplace) return;
  throw new Error(`data: expected ${folder} to be new or empty (--force to write into it), got ${present} in it`);
}

/**
 * Makes sure that nothing is written into the place that a data set is read from.
 *
 * @param place Folder or file of the data set
 * @throws UsageError also where files may be replaced
 */
export async function refuseSource(folder: string, place: string): Promise<void> {
  const isFile = (await stat(place)).isFile();
  const source = await realpath(isFile ? path.dirname(place) : place);
  if ((await realpath(folder).catch(() => null)) !== source) return; // links may lead to it by another name
  throw new UsageError(`data: expected --out with another folder than that of the source, got ${folder}`);
}

async function make(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new Error(`data: expected a folder ${folder} to write to, got ${systemReason(error)}`, { cause: error });
  }
}
