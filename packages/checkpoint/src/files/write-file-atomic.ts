import { rmSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

let written = 0;

/** Files beside their places, being written. */
const parts = new Set<string>();

/**
 * Writes a file whole or not at all: beside its place, then renamed into it. A full disk, or a folder without rights,
 * leaves what was there before.
 *
 * @param content Bytes or text, or pieces of them, which are written as they come
 * @throws Error of one line, with the system's code as its reason
 */
export async function writeFileAtomic(file: string, content: FileContent): Promise<void> {
  await placeParts([[await writePart(file, content), file]]);
}

/**
 * Writes a file beside its place, for {@link placeParts} to put there: several files of one thing are all written before the
 * first of them is seen.
 *
 * @returns Path of the part
 * @throws Error of one line, with the system's code as its reason
 */
export async function writePart(file: string, content: FileContent): Promise<string> {
  const part = path.join(path.dirname(file), partName(path.basename(file)));
  parts.add(part);
  try {
    const handle = await open(part, 'wx');
    try {
      await writeFile(handle, content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return part;
  } catch (error) {
    await dropParts([part]); // the first error tells more
    throw new Error(`writeFileAtomic: expected to write ${file}, got ${systemReason(error)}`, { cause: error });
  }
}

/** Longest name in bytes on the file systems in use. */
const LONGEST_NAME = 255;

/** `.NAME.PID-N.part`, its NAME cut to whole characters where it would be too long. */
function partName(name: string): string {
  const ending = `.${process.pid}-${written++}.part`;
  let short = name;
  while (Buffer.byteLength(`.${short}${ending}`) > LONGEST_NAME) short = [...short].slice(0, -1).join('');
  return `.${short}${ending}`;
}

/** Renames parts into their places, in this order. What cannot be placed, and all behind it, is removed. */
export async function placeParts(pairs: readonly (readonly [part: string, file: string])[]): Promise<void> {
  for (const [i, [part, file]] of pairs.entries()) {
    try {
      await rename(part, file);
    } catch (error) {
      await dropParts(pairs.slice(i).map(([each]) => each));
      throw new Error(`writeFileAtomic: expected to write ${file}, got ${systemReason(error)}`, { cause: error });
    }
    parts.delete(part);
  }
}

/** Removes parts that will not be placed. */
export async function dropParts(dropped: readonly string[]): Promise<void> {
  for (const part of dropped) {
    await rm(part, { force: true }).catch(() => {});
    parts.delete(part);
  }
}

/** Content of a file, whole or in pieces. */
export type FileContent = Uint8Array | string | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** Removes files that are being written, for a process that is about to end. */
export function removeParts(): void {
  for (const part of parts) rmSync(part, { force: true });
  parts.clear();
}

/** `ENOSPC: no space left on device`, without the call and the paths that Node adds. */
export function systemReason(error: unknown): string {
  return error instanceof Error ? error.message.split(', ')[0] : String(error);
}
