import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { type ByteSource, FormatError } from '@seg/checkpoint/safetensors';

import type { ModelFolder, ModelLocation } from './model-folder.ts';

/** A folder of this machine. Files are read in ranges, so a checkpoint is never in memory whole. */
export function diskFolder(folder: string): ModelFolder {
  const found = statOf(folder);
  if (!found?.isDirectory()) {
    throw new FormatError(`${folder}: expected a folder with a model, got ${found ? 'a file' : 'nothing'}`);
  }
  return {
    name: folder,
    open: async (file) => openFile(path.join(folder, file)),
  };
}

/** True where a path is a folder's or a file's; of a TensorFlow checkpoint its prefix. */
export function isOnDisk(location: string): boolean {
  return [location, `${location}.index`].some((name) => statOf(name) !== undefined);
}

/** A folder, or a file in one; of a TensorFlow checkpoint its prefix. */
export function diskLocation(location: string): ModelLocation {
  const isFile = [location, `${location}.index`].some((name) => statOf(name)?.isFile());
  if (!isFile) return { folder: diskFolder(location), file: null };
  return { folder: diskFolder(path.dirname(location)), file: path.basename(location) };
}

/** Opens a file, or null where there is none. */
export function openFile(name: string): ByteSource | null {
  if (!statOf(name)?.isFile()) return null;
  const descriptor = asked(name, () => openSync(name, 'r'));
  closing.register(readRange, descriptor);
  const { size } = fstatSync(descriptor);
  function readRange(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const got = readSync(descriptor, bytes, 0, length, offset);
    if (got !== length) throw new FormatError(`${name}: expected ${length} bytes at ${offset}, got ${got}`);
    return bytes;
  }
  return { name, size, read: readRange };
}

function statOf(name: string): Stats | undefined {
  return asked(name, () => statSync(name, { throwIfNoEntry: false }));
}

/** The system's answer about a file. What it refuses, for want of rights for one, is an error of ours. */
function asked<T>(name: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw new FormatError(`${name}: expected to read it, got ${(error as Error).message.split(', ')[0]}`);
  }
}

/** Closes a file when nobody can read it any more. */
const closing = new FinalizationRegistry((descriptor: number) => closeSync(descriptor));
