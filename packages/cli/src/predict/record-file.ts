import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint';
import { systemReason, writeFileAtomic } from '@seg/checkpoint/node';

import type { Shard } from '../evaluate/shard.ts';
import { headerLine, type ImageRecord, parseHeader, type RecordHeader } from './record.ts';
import { firstLine } from './record-lines.ts';

/** Name of the file of records of a shard in the folder for results; of the one shard of a whole run, the short one. */
export function recordsName({ k, n }: Shard): string {
  return n === 1 ? 'predictions.jsonl' : `predictions.${k}-of-${n}.jsonl`;
}

/**
 * Records of a run: JSON lines, a header first, then one line an image, on disk when its pictures are. What
 * was finished survives whatever ends the process.
 */
export class RecordFile {
  readonly file: string;
  private readonly handle: FileHandle;
  private isBegun = false;

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.handle = handle;
  }

  /** Begins a new file. @throws Error where there is one, unless it may be replaced */
  static async create(folder: string, header: RecordHeader, replace: boolean): Promise<RecordFile> {
    const file = path.join(folder, recordsName(header.shard));
    if (replace) await rm(file, { force: true });
    const handle = await open(file, 'ax').catch((error: unknown) => {
      throw new Error(`predict: expected to begin ${file}, got ${systemReason(error)}`, { cause: error });
    });
    const records = new RecordFile(file, handle);
    await records.write(headerLine(header));
    return records;
  }

  /**
   * Goes on with the file of an earlier run. A last line that was torn is dropped.
   *
   * @throws FormatError where it is of another model, of other categories or options, or is damaged before its last line
   */
  static async resume(folder: string, header: RecordHeader): Promise<RecordFile> {
    const file = path.join(folder, recordsName(header.shard));
    const handle = await open(file, 'r+').catch(ifAbsent(file));
    if (handle === null) return RecordFile.create(folder, header, false);
    await dropTornLine(handle);
    const first = await firstLine(file);
    await handle.close();
    if (first === null) return RecordFile.create(folder, header, true);
    const before = parseHeader(`${file}: line 1`, first);
    if (before.list === null)
      throw new FormatError(`${file}: expected records of a list of images, got those of a pipe`);
    if (runOf(before) !== runOf(header)) {
      throw new FormatError(`${file}: expected records of the same task, model, threshold and categories, got others`);
    }
    if (headerLine(before) !== headerLine(header) && header.shard.n === 1) await replaceHeader(file, header);
    else if (headerLine(before) !== headerLine(header)) {
      throw new FormatError(`${file}: expected records of the same list of images, got of another (${listOf(before)})`);
    }
    return new RecordFile(file, await open(file, 'a'));
  }

  async append(record: ImageRecord): Promise<void> {
    await this.write(JSON.stringify(record));
    this.isBegun = true;
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /** Closes it, and leaves no file where no record came. */
  async closeOrRemove(): Promise<void> {
    await this.close();
    if (!this.isBegun) await rm(this.file, { force: true });
  }

  private async write(line: string): Promise<void> {
    try {
      await this.handle.appendFile(`${line}\n`);
      await this.handle.datasync();
    } catch (error) {
      throw new Error(`predict: expected to write ${this.file}, got ${systemReason(error)}`, { cause: error });
    }
  }
}

/** Everything in a header that decides what an image becomes: equal for all shards of a run. */
export function runOf({ task, threshold, categories, model, track }: RecordHeader): string {
  return JSON.stringify([
    task,
    threshold,
    categories.map(({ id, name, isthing, color }) => [id, name, isthing, color]),
    model,
    ...(track ? ['track'] : []),
  ]);
}

/** A whole run may go on with a list that has grown. */
function replaceHeader(file: string, header: RecordHeader): Promise<void> {
  return writeFileAtomic(file, withHeader(file, header));
}

async function* withHeader(file: string, header: RecordHeader): AsyncGenerator<Uint8Array | string> {
  yield `${headerLine(header)}\n`;
  const first = (await firstLine(file))!;
  yield* createReadStream(file, { start: Buffer.byteLength(first) + 1 });
}

function listOf({ list, shard }: RecordHeader): string {
  return `${list?.images} images, shard ${shard.k}/${shard.n}`;
}

function ifAbsent(file: string): (error: unknown) => null {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`predict: expected to go on with ${file}, got ${systemReason(error)}`, { cause: error });
  };
}

/** Bytes that are looked through at once for the end of a line. */
const PIECE = 2 ** 16;

async function dropTornLine(handle: FileHandle): Promise<void> {
  let { size } = await handle.stat();
  const piece = Buffer.alloc(PIECE);
  while (size > 0) {
    const start = Math.max(0, size - PIECE);
    const { bytesRead } = await handle.read(piece, 0, size - start, start);
    const end = piece.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    size = start + end;
    if (end > 0) break;
  }
  await handle.truncate(size);
}
