import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

let written = 0;

/**
 * Writes a file whole or not at all: beside its place, then renamed into it. A full disk, or a folder without rights,
 * leaves what was there before.
 *
 * @throws Error of one line, with the system's code as its reason
 */
export async function writeFileAtomic(file: string, bytes: Uint8Array | string): Promise<void> {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}-${written++}.part`);
  try {
    const handle = await open(beside, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {}); // the first error tells more
    throw new Error(`writeFileAtomic: expected to write ${file}, got ${systemReason(error)}`, { cause: error });
  }
}

/** `ENOSPC: no space left on device`, without the call and the paths that Node adds. */
export function systemReason(error: unknown): string {
  return error instanceof Error ? error.message.split(', ')[0] : String(error);
}
