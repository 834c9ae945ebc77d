import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { FormatError, parseJson, readAs } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import * as v from 'valibot';

import type { InstanceResult } from './instance-results.ts';

const id = v.pipe(v.number(), v.integer(), v.minValue(0));
const box = v.tuple([v.number(), v.number(), v.number(), v.number()]);

const recordSchema = v.object({
  image: v.object({ id, file_name: v.string(), width: id, height: id }),
  annotation: v.object({
    image_id: id,
    file_name: v.string(),
    segments_info: v.array(v.object({ id, category_id: id, area: id, bbox: box, iscrowd: v.literal(0) })),
  }),
  instances: v.optional(
    v.array(
      v.object({
        image_id: id,
        category_id: id,
        score: v.number(),
        segmentation: v.object({ size: v.tuple([id, id]), counts: v.string() }),
      }),
    ),
  ),
});

const headerSchema = v.object({
  format: v.literal('seg-predictions-1'),
  task: v.picklist(['panoptic', 'instance', 'semantic']),
  threshold: v.nullable(v.number()),
  categories: v.array(v.object({ id, name: v.string() })),
});

/** Everything that prediction knows of one image; `instances` with that task alone. */
export type PredictionRecord = Omit<v.InferOutput<typeof recordSchema>, 'instances'> & { instances?: InstanceResult[] };
/** Task, threshold and categories of all records of a file. */
export type RecordHeader = Omit<v.InferOutput<typeof headerSchema>, 'format'>;

/** Name of the file in the folder for results. */
export const RECORDS = 'predictions.jsonl';

/**
 * Records of a run: JSON lines, a header first, then one line an image, each on disk before the next image begins. What
 * was finished survives whatever ends the process.
 */
export class RecordFile {
  readonly file: string;
  private readonly handle: FileHandle;

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.handle = handle;
  }

  /** Begins a new file. @throws Error where there is one, unless it may be replaced */
  static async create(folder: string, header: RecordHeader, replace: boolean): Promise<RecordFile> {
    const file = path.join(folder, RECORDS);
    if (replace) await rm(file, { force: true });
    const handle = await open(file, 'ax').catch((error: unknown) => {
      throw new Error(`predict: expected to begin ${file}, got ${systemReason(error)}`, { cause: error });
    });
    const records = new RecordFile(file, handle);
    await records.write({ format: 'seg-predictions-1', ...header });
    return records;
  }

  /**
   * Goes on with the file of an earlier run. A last line that was torn is dropped.
   *
   * @throws FormatError where it is of other categories or options, or is damaged before its last line
   */
  static async resume(folder: string, header: RecordHeader): Promise<RecordFile> {
    const file = path.join(folder, RECORDS);
    const handle = await open(file, 'r+').catch(ifAbsent(file));
    if (handle === null) return RecordFile.create(folder, header, false);
    await dropTornLine(handle);
    const [first] = await firstLine(file);
    await handle.close();
    if (first === undefined) return RecordFile.create(folder, header, true);
    const { format: _, ...before } = readAs(`${file}: line 1`, headerSchema, parseJson(`${file}: line 1`, first));
    if (JSON.stringify(sorted(before)) !== JSON.stringify(sorted(header))) {
      throw new FormatError(`${file}: expected records of the same task, threshold and categories, got others`);
    }
    return new RecordFile(file, await open(file, 'a'));
  }

  /** Records so far, read from disk one by one. */
  async *read(): AsyncGenerator<PredictionRecord> {
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(this.file), crlfDelay: Infinity })) {
      const where = `${this.file}: line ${++number}`;
      if (number > 1) yield readAs(where, recordSchema, parseJson(where, line));
    }
  }

  append(record: PredictionRecord): Promise<void> {
    return this.write(record);
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private async write(value: object): Promise<void> {
    try {
      await this.handle.appendFile(`${JSON.stringify(value)}\n`);
      await this.handle.datasync();
    } catch (error) {
      throw new Error(`predict: expected to write ${this.file}, got ${systemReason(error)}`, { cause: error });
    }
  }
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

async function firstLine(file: string): Promise<string[]> {
  for await (const line of createInterface({ input: createReadStream(file) })) return [line];
  return [];
}

function sorted({ task, threshold, categories }: RecordHeader): unknown[] {
  return [task, threshold, categories.map(({ id, name }) => [id, name])];
}
