import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { FormatError, utf8Text } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';

import {
  type ImageRecord,
  imageOf,
  isPrediction,
  type PredictionRecord,
  parseHeader,
  parseRecord,
  type RecordHeader,
} from './record.ts';

/** One line of a file. */
type Line = { text: string; start: number; bytes: number; number: number };

/** Longest line, 256 MB: an instance takes 300 bytes, and strings end at 512 MB. */
const LONGEST = 2 ** 28;

/** Lines with their places in the file; one that is not ended is left out: it was torn when its writer was. */
async function* linesOf(file: string): AsyncGenerator<Line> {
  let [start, number] = [0, 0];
  let rest: Buffer[] = [];
  for await (const piece of createReadStream(file, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, from)) {
      const bytes = Buffer.concat([...rest, piece.subarray(from, end)]);
      yield {
        text: utf8Text(`${file}: line ${number + 1}`, bytes, 'JSON'),
        start,
        bytes: bytes.length,
        number: ++number,
      };
      start += bytes.length + 1;
      rest = [];
      from = end + 1;
    }
    if (from < piece.length) rest.push(piece.subarray(from));
    if (rest.reduce((sum, { length }) => sum + length, 0) > LONGEST) {
      throw new FormatError(`${file}: line ${number + 1}: expected at most ${LONGEST} bytes, got more`);
    }
  }
}

/** Reads the first whole line of a file, or null where there is none. */
export async function firstLine(file: string): Promise<string | null> {
  for await (const { text } of linesOf(file)) return text;
  return null;
}

/** Place of the last record of an image. */
type Place = { file: string; start: number; bytes: number; number: number; index: number; isPrediction: boolean };

/** Beginning of the names of all results of an image. */
const nameOf = (record: ImageRecord): string => path.parse(imageOf(record)).name;

/**
 * Records of one or several files by the names of their images: the last of each counts. Holds their places alone; they are
 * read from disk when they are wanted.
 */
export class RecordIndex {
  private readonly places = new Map<string, Place>();

  /**
   * Reads a file of records.
   *
   * @param check Looks at each record; what it throws is thrown
   * @throws FormatError naming the line that is none
   */
  async add(file: string, check: (record: ImageRecord, where: string) => void = () => {}): Promise<RecordHeader> {
    let header: RecordHeader | null = null;
    try {
      for await (const { text, ...place } of linesOf(file)) {
        const where = `${file}: line ${place.number}`;
        if (header === null) {
          header = parseHeader(where, text);
          continue;
        }
        const record = parseRecord(where, text);
        check(record, where);
        this.places.set(nameOf(record), { file, ...place, index: record.index, isPrediction: isPrediction(record) });
      }
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      throw new FormatError(`${file}: expected records to read, got ${systemReason(error)}`, { cause: error });
    }
    if (header === null) throw new FormatError(`${file}: expected records, got an empty file`);
    return header;
  }

  /** Counts the images that ended in a prediction, and those that ended in an error. */
  get counts(): { predictions: number; failures: number } {
    const all = [...this.places.values()];
    const predictions = all.filter((place) => place.isPrediction).length;
    return { predictions, failures: all.length - predictions };
  }

  /**
   * All predictions in the order of the list of images, whatever order they were made in.
   *
   * @param order Places in the list by name, where it is another than the records know
   */
  predictions(order: ReadonlyMap<string, number> = new Map()): AsyncGenerator<PredictionRecord> {
    const wanted = [...this.places].filter(([, place]) => place.isPrediction);
    const placed = wanted.map(([name, place]) => ({ ...place, index: order.get(name) ?? place.index }));
    return read(placed.sort((a, b) => a.index - b.index || a.number - b.number));
  }
}

async function* read(places: readonly Place[]): AsyncGenerator<PredictionRecord> {
  const handles = new Map<string, FileHandle>();
  try {
    for (const { file, start, bytes, number } of places) {
      const handle = handles.get(file) ?? (await open(file));
      handles.set(file, handle);
      const { buffer } = await handle.read(Buffer.alloc(bytes), 0, bytes, start);
      yield parseRecord(`${file}: line ${number}`, buffer.toString('utf8')) as PredictionRecord;
    }
  } finally {
    for (const handle of handles.values()) await handle.close();
  }
}
