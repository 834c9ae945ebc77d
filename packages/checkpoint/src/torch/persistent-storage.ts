import type { ElementType } from '../element-type.ts';
import { FormatError } from '../errors.ts';
import { expectTuple } from '../pickle/pickle-values.ts';
import { StorageType } from './torch-globals.ts';

/** Storage that a persistent id of PyTorch names. */
export type StorageId = {
  type: ElementType | null;
  key: string;
  /** Elements. */
  count: number;
  /** A part of another storage (files before PyTorch 1.6): its name, first element, elements. */
  part: { key: string; offset: number; count: number } | null;
};

/** Reads `('storage', type, key, location, count)`, and the part of it where there is one. */
export function readStorageId(id: unknown): StorageId {
  const [kind, type, key, , count, part = null] = expectTuple('a persistent id', id);
  const isStorage = kind === 'storage' && type instanceof StorageType && typeof key === 'string';
  if (!isStorage || !Number.isSafeInteger(count) || (count as number) < 0) {
    throw new FormatError('expected the persistent id of a storage, got another value');
  }
  return { type: type.type, key, count: count as number, part: part === null ? null : readPart(part) };
}

function readPart(part: unknown): StorageId['part'] {
  const [key, offset, count] = expectTuple('a part of a storage', part);
  const isPart = typeof key === 'string' && [offset, count].every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
  if (!isPart) throw new FormatError('expected name, offset and size of a part of a storage, got other values');
  return { key, offset: offset as number, count: count as number };
}
