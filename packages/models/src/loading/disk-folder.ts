import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { type ByteSource, FormatError } from '@seg/core';

import type { ModelFolder, ModelLocation } from './model-folder.ts';

/** A folder of this machine. Files are read in ranges, so a checkpoint is never in memory whole. */
export function diskFolder(folder: string): ModelFolder {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new FormatError(
      `${folder}: expected a folder with a model, got ${statSync(folder, { throwIfNoEntry: false }) ? 'a file' : 'nothing'}`,
    );
  }
  return {
    name: folder,
    open: async (file) => openFile(path.join(folder, file)),
  };
}

/** A folder, or a file in one; of a TensorFlow checkpoint its prefix. */
export function diskLocation(location: string): ModelLocation {
  const isFile = [location, `${location}.index`].some((name) => statSync(name, { throwIfNoEntry: false })?.isFile());
  if (!isFile) return { folder: diskFolder(location), file: null };
  return { folder: diskFolder(path.dirname(location)), file: path.basename(location) };
}

function openFile(name: string): ByteSource | null {
  if (!statSync(name, { throwIfNoEntry: false })?.isFile()) return null;
  const descriptor = openSync(name, 'r');
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

/** Closes a file when nobody can read it any more. */
const closing = new FinalizationRegistry((descriptor: number) => closeSync(descriptor));
