import { link, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, systemReason, writeFileAtomic } from '@seg/checkpoint/node';
import { FormatError } from '@seg/checkpoint/safetensors';

import { isSamePlace } from './spare-sources.ts';

/** Names for the images of one split: without folders where that is enough to tell them apart, and each once. */
export class ImageNames {
  private readonly taken = new Set<string>();

  /**
   * Endings do not count, since labels are named after the rest.
   *
   * @param name Of the image in its data set
   * @param file Path of it, for its ending
   */
  take(name: string, file: string): string {
    const whole = name.replace(/\.[^./\\]+$/, '').replaceAll('\\', '/');
    const plain = (text: string) => text.replace(/[^\p{L}\p{N}._-]+/gu, '_');
    const wanted = [plain(path.posix.basename(whole)), plain(whole)];
    const free = wanted.find((stem) => !this.taken.has(stem.toLowerCase())) ?? this.numbered(wanted[1]);
    this.taken.add(free.toLowerCase());
    return `${free}${path.extname(file).toLowerCase()}`;
  }

  private numbered(stem: string): string {
    let n = 2;
    while (this.taken.has(`${stem}-${n}`.toLowerCase())) n++;
    return `${stem}-${n}`;
  }
}

/** Copies or links an image to its place in a new data set. */
export async function placeImage(from: string, to: string, how: 'copy' | 'link'): Promise<void> {
  if (await isSamePlace(from, to)) return; // it is there
  try {
    await makeFolder(path.dirname(to));
    if (how === 'copy') return await writeFileAtomic(to, await readFile(from));
    await rm(to, { force: true });
    await link(from, to);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('writeFileAtomic')) throw error;
    throw new FormatError(`${from}: expected an image to ${how}, got ${systemReason(error)}`, { cause: error });
  }
}
