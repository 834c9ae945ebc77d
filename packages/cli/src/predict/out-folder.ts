import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { systemReason, writeFileAtomic } from '@seg/checkpoint/node';

/**
 * Creates the folder for results and proves that it can be written to, before hours are spent.
 *
 * @throws Error of one line
 */
export async function prepareOutFolder(folder: string): Promise<void> {
  const probe = path.join(folder, `.seg-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(probe, 'writable\n');
    await rm(probe);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(`predict: expected a folder ${folder} to write to, got ${systemReason(cause)}`, { cause: error });
  }
}
