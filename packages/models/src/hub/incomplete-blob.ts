import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { makeFolder } from '@seg/checkpoint/node';

import type { Sink } from '../fetch/download.ts';

/** Six hours: a part of another machine that nobody has written to for as long is taken over. */
const ABANDONED = 6 * 3600_000;

/** Writers of one process are told apart by a number. */
let writers = 0;

/** A blob that is being written, beside its place. Parts that a killed process has left are taken over. */
export class IncompleteBlob implements Sink {
  private readonly blob: string;
  private readonly name: string;
  private readonly handle: FileHandle;
  private length: number;

  private constructor(blob: string, name: string, handle: FileHandle, length: number) {
    this.blob = blob;
    this.name = name;
    this.handle = handle;
    this.length = length;
  }

  static async open(blob: string): Promise<IncompleteBlob> {
    await makeFolder(path.dirname(blob));
    const name = `${blob}.${owner()}-${writers++}.incomplete`;
    claimPart(blob, name);
    const handle = await open(name, 'a');
    return new IncompleteBlob(blob, name, handle, (await handle.stat()).size);
  }

  size = (): number => this.length;

  async write(bytes: Uint8Array): Promise<void> {
    await this.handle.appendFile(bytes);
    this.length += bytes.length;
  }

  async clear(): Promise<void> {
    await this.handle.truncate(0);
    this.length = 0;
  }

  /** SHA-256 of what is there, in hexadecimal. */
  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(this.name)) hash.update(piece);
    return hash.digest('hex');
  }

  /** Puts the whole blob in its place, once the disk has it. */
  async finish(): Promise<void> {
    await this.handle.sync();
    await this.handle.close();
    renameSync(this.name, this.blob);
  }

  /** Leaves what is there to the next download. */
  async leave(): Promise<void> {
    await this.handle.close();
    if (this.length > 0) renameSync(this.name, `${this.blob}.seg.incomplete`);
    else rmSync(this.name, { force: true });
  }
}

function owner(): string {
  return `seg-${hostname().replace(/[^\w]/g, '_')}-${process.pid}`;
}

/** Renames the largest part that nobody writes to, and drops the others. Of several processes only one can. */
function claimPart(blob: string, name: string): void {
  const folder = path.dirname(blob);
  const sizeOf = (part: string) => statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  const parts = readdirSync(folder).filter((part) => isFree(folder, part, `${path.basename(blob)}.`));
  const bySize = parts.map((part) => path.join(folder, part)).sort((a, b) => sizeOf(b) - sizeOf(a));
  let isClaimed = false;
  for (const part of bySize) {
    if (isClaimed) rmSync(part, { force: true });
    else isClaimed = tryRename(part, name);
  }
}

function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false; // another process was faster
  }
}

function isFree(folder: string, part: string, prefix: string): boolean {
  if (!part.startsWith(prefix) || !part.endsWith('.incomplete')) return false;
  const middle = part.slice(prefix.length, -'.incomplete'.length);
  return middle === 'seg' || isAbandoned(path.join(folder, part), middle);
}

/** True of a part whose process has ended. */
function isAbandoned(part: string, middle: string): boolean {
  const [, host, pid] = /^seg-(\w+)-(\d+)-\d+$/.exec(middle) ?? [];
  if (pid === undefined) return false;
  if (host !== hostname().replace(/[^\w]/g, '_'))
    return Date.now() - (statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? 0) > ABANDONED;
  return Number(pid) !== process.pid && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
