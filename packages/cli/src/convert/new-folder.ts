import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { systemReason } from '@seg/checkpoint/node';

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
  const beside = `${folder.replace(/[\\/]+$/, '')}.part-${process.pid}`;
  try {
    await mkdir(beside, { recursive: true });
    await fill(beside);
    if (present !== null) await rmdir(folder);
    await rename(beside, folder);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Error(`convert: expected to write ${folder}, got ${systemReason(error)}`, { cause: error });
  }
}

function ifAbsent(folder: string): (error: unknown) => null {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`convert: expected a folder ${folder} to write, got ${systemReason(error)}`, { cause: error });
  };
}
