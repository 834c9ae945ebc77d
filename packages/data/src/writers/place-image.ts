import { link, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { systemReason, writeFileAtomic } from '@seg/checkpoint/node';

/** Names for the images of one split: without folders, and each once. */
export class ImageNames {
  private readonly taken = new Set<string>();

  /** @param name Of the image in its data set @param file Where it is, for its ending */
  take(name: string, file: string): string {
    const ending = path.extname(file).toLowerCase();
    const plain = name.replace(/\.[^./\\]+$/, '').replace(/[^\p{L}\p{N}._-]+/gu, '_');
    let free = `${plain}${ending}`;
    for (let n = 2; this.taken.has(free.toLowerCase()); n++) free = `${plain}-${n}${ending}`;
    this.taken.add(free.toLowerCase());
    return free;
  }
}

/** Copies or links an image to its place in a new data set. */
export async function placeImage(from: string, to: string, how: 'copy' | 'link'): Promise<void> {
  try {
    await mkdir(path.dirname(to), { recursive: true });
    if (how === 'copy') return await writeFileAtomic(to, await readFile(from));
    await rm(to, { force: true });
    await link(from, to);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('writeFileAtomic')) throw error;
    throw new FormatError(`${from}: expected an image to ${how}, got ${systemReason(error)}`, { cause: error });
  }
}
