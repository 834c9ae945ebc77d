import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, systemReason } from '@seg/checkpoint/node';
import { isRunning } from '../process/is-running.ts';

import { removeFolderIfInterrupted } from '../process/unfinished.ts';

/**
 * Fills a folder that is not there yet, or empty: beside its place, and renamed when it is whole. Where filling fails,
 * nothing is left.
 *
 * @throws Error of one line where the folder has files or cannot be written; what `fill` throws
 */
export async function writeNewFolder(folder: string, fill: (beside: string) => Promise<void>): Promise<void> {
  const present = await readdir(folder).catch(ifAbsent(folder));
  if (present !== null && present.length > 0) {
    throw new Error(`convert: expected ${folder} to be new or empty, got a folder with ${present[0]}`);
  }
  const place = folder.replace(/[\\/]+$/, '');
  const beside = `${place}.part-${process.pid}`;
  await removeStale(place);
  const done = removeFolderIfInterrupted(beside);
  try {
    await makeFolder(beside);
    await fill(beside);
    if (present !== null) await rmdir(folder);
    await rename(beside, folder);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Error(`convert: expected to write ${folder}, got ${systemReason(error)}`, { cause: error });
  } finally {
    done();
  }
}

/** Removes what a conversion to the same place has left that was killed: `OUT.part-PID` of a process that is no more. */
async function removeStale(place: string): Promise<void> {
  const beginning = `${path.basename(place)}.part-`;
  const names = await readdir(path.dirname(place)).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(beginning))) {
    const pid = name.slice(beginning.length);
    if (!/^\d+$/.test(pid) || isRunning(Number(pid))) continue;
    await rm(path.join(path.dirname(place), name), { recursive: true, force: true });
  }
}

function ifAbsent(folder: string): (error: unknown) => null {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`convert: expected a folder ${folder} to write, got ${systemReason(error)}`, { cause: error });
  };
}
