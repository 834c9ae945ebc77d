import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';

import { COMMIT } from './hub-api.ts';

/**
 * One model in the cache that Python's tools share: `models--org--name` with `refs` (commits by branch), `snapshots`
 * (links by commit and file name) and `blobs` (contents by etag).
 */
export class HubCache {
  readonly folder: string;

  constructor(cacheDir: string, repo: string) {
    this.folder = path.join(cacheDir, `models--${repo.replace('/', '--')}`);
  }

  /** The commit that a branch or tag had when it was last asked for, or null. */
  commitOf(revision: string): string | null {
    if (COMMIT.test(revision)) return revision;
    const text = readText(path.join(this.folder, 'refs', revision))?.trim() ?? '';
    return COMMIT.test(text) ? text : null;
  }

  /** True where some file of a commit is there. */
  hasSnapshot(commit: string): boolean {
    return existsSync(path.join(this.folder, 'snapshots', commit));
  }

  keepCommit(revision: string, commit: string): void {
    if (COMMIT.test(revision) || this.commitOf(revision) === commit) return;
    note(path.join(this.folder, 'refs', revision), commit);
  }

  /** Path of a file that is there, or null. */
  find(commit: string, file: string): string | null {
    const name = this.pointer(commit, file);
    return existsSync(name) ? name : null;
  }

  /** True of a file that the model is known not to have. */
  isAbsent(commit: string, file: string): boolean {
    return existsSync(path.join(this.folder, '.no_exist', commit, file));
  }

  keepAbsent(commit: string, file: string): void {
    if (!this.isAbsent(commit, file)) note(path.join(this.folder, '.no_exist', commit, file), '');
  }

  blob(etag: string): string {
    return path.join(this.folder, 'blobs', etag);
  }

  /** Gives a blob its name in a snapshot, by a relative link; by a copy where the system allows no links. */
  link(commit: string, file: string, etag: string): string {
    const pointer = this.pointer(commit, file);
    const blob = this.blob(etag);
    const fresh = beside(pointer);
    mkdirSync(path.dirname(pointer), { recursive: true });
    try {
      symlinkSync(path.relative(path.dirname(pointer), blob), fresh);
    } catch (error) {
      if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
      copyFileSync(blob, fresh);
    }
    renameSync(fresh, pointer);
    return pointer;
  }

  private pointer(commit: string, file: string): string {
    return path.join(this.folder, 'snapshots', commit, file);
  }
}

/** Runs what touches the cache. @throws FormatError naming the path, where the system refuses */
export async function inCache<T>(cacheDir: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new FormatError(`${cacheDir}: expected a cache to write to, got ${error.message}`);
  }
}

/** Counts names that this process has made. */
let fresh = 0;

/** A name beside another that nobody else uses. */
function beside(name: string): string {
  return `${name}.${process.pid}-${fresh++}.tmp`;
}

/** Writes what can be asked for again: a cache that cannot be written to still serves what it has. */
function note(name: string, text: string): void {
  try {
    writeWhole(name, text);
  } catch {
    // the next load asks the hub again
  }
}

function writeWhole(name: string, text: string): void {
  const part = beside(name);
  mkdirSync(path.dirname(name), { recursive: true });
  try {
    writeFileSync(part, text);
    renameSync(part, name);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

function readText(name: string): string | null {
  try {
    return readFileSync(name, 'utf8');
  } catch {
    return null;
  }
}
