import { inflateSync } from 'fflate';
import type { ByteSource } from './byte-source.ts';
import { FormatError } from './errors.ts';

/** One file of an archive. */
export type ZipEntry = {
  name: string;
  /** Unpacked. */
  size: number;
  /** Bytes of the unpacked file, by range. */
  read(offset: number, length: number): Uint8Array;
};

/** Signatures of records, and methods of compression: PKWARE's APPNOTE 6.3, sections 4.3 and 4.4.5. */
const END = 0x06054b50;
const END_64 = 0x06064b50; // zip64
const LOCATOR_64 = 0x07064b50; // zip64
const CENTRAL = 0x02014b50; // central directory
const LOCAL = 0x04034b50; // local header
const STORED = 0; // as is
const DEFLATED = 8; // RFC 1951
/** The end record of 22 bytes and a comment of up to 65 535. */
const MAX_END_BYTES = 22 + 65_535;
/** Entries of PyTorch take some 100 bytes each: 600,000 of them. */
const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;
/** Compressed entries are unpacked in memory. PyTorch compresses none; archives that were packed again may. */
const MAX_DEFLATED_BYTES = 512 * 2 ** 20;
/** A storage is unpacked once where its tensors are read in a row; 32 times leave room for those that wait in between. */
const MAX_TIMES_UNPACKED = 32;
/** Deflate cannot expand further. */
const MAX_RATIO = 1032;

type Record = { name: string; method: number; packed: number; size: number; crc: number; localOffset: number };

/**
 * The files of a zip archive by name, from its central directory (also zip64). Nothing is unpacked before it is read,
 * and nothing beyond the size that the directory declares.
 *
 * @throws FormatError where the archive is cut off, contradicts itself, or packs more than deflate can
 */
export function openZip(source: ByteSource): Map<string, ZipEntry> {
  const { offset, length, count } = locateDirectory(source);
  if (length > MAX_DIRECTORY_BYTES || offset + length > source.size) {
    throw new FormatError(`${source.name}: expected a zip directory within the file, got ${length} bytes at ${offset}`);
  }
  const view = viewOf(source, offset, length);
  const entries = new Map<string, ZipEntry>();
  const inflate = boundedUnpack(source.name);
  for (let i = 0, at = 0; i < count; i++) {
    const { record, end } = readRecord(source.name, view, at);
    entries.set(record.name, entryOf(source, record, inflate));
    at = end;
  }
  return entries;
}

function viewOf(source: ByteSource, offset: number, length: number): DataView {
  const bytes = source.read(offset, length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function locateDirectory(source: ByteSource): { offset: number; length: number; count: number } {
  const length = Math.min(source.size, MAX_END_BYTES);
  const start = source.size - length;
  const tail = viewOf(source, start, length);
  let at = length - 22;
  while (at >= 0 && tail.getUint32(at, true) !== END) at--;
  if (at < 0) throw new FormatError(`${source.name}: expected a zip directory at the end, got none: the file is cut`);
  const is64 = at >= 20 && tail.getUint32(at - 20, true) === LOCATOR_64;
  if (is64) return locateDirectory64(source, Number(tail.getBigUint64(at - 12, true)));
  return {
    count: tail.getUint16(at + 10, true),
    length: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
}

function locateDirectory64(source: ByteSource, at: number): { offset: number; length: number; count: number } {
  if (at + 56 > source.size) throw new FormatError(`${source.name}: expected a zip64 record at ${at}, got the end`);
  const end = viewOf(source, at, 56);
  if (end.getUint32(0, true) !== END_64)
    throw new FormatError(`${source.name}: expected a zip64 record at ${at}, got other bytes`);
  return {
    count: Number(end.getBigUint64(32, true)),
    length: Number(end.getBigUint64(40, true)),
    offset: Number(end.getBigUint64(48, true)),
  };
}

function readRecord(where: string, view: DataView, at: number): { record: Record; end: number } {
  const isWhole = at + 46 <= view.byteLength && view.getUint32(at, true) === CENTRAL;
  const end = isWhole
    ? at + 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    : Infinity;
  if (end > view.byteLength) throw new FormatError(`${where}: expected an entry of the zip directory, got none`);
  const nameLength = view.getUint16(at + 28, true);
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength));
  const record = {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    localOffset: view.getUint32(at + 42, true),
  };
  return { record: widened(record, view, at + 46 + nameLength, view.getUint16(at + 30, true)), end };
}

/** Sizes and offsets of zip64, which stand in an extra field in this order where 32 bits do not hold them. */
function widened(record: Record, view: DataView, start: number, length: number): Record {
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const fieldEnd = Math.min(start + length, at + 4 + view.getUint16(at + 2, true));
    let next = at + 4;
    const wide = (value: number): number => {
      if (value !== 0xffffffff || next + 8 > fieldEnd) return value;
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    };
    const size = wide(record.size);
    const packed = wide(record.packed);
    return { ...record, size, packed, localOffset: wide(record.localOffset) };
  }
  return record;
}

type Unpack = (where: string, record: Record, packed: () => Uint8Array) => Uint8Array;

/**
 * Unpacks entries of one archive, and keeps the last: hundreds of tensors may be parts of one storage. What is unpacked
 * again and again for all that, is bounded.
 */
function boundedUnpack(name: string): Unpack {
  let last: { record: Record; bytes: Uint8Array } | null = null;
  const seen = new Map<Record, number>();
  return (where, record, packed) => {
    if (last?.record === record) return last.bytes;
    last = null; // no two at once in memory
    const times = (seen.get(record) ?? 0) + 1;
    if (times > MAX_TIMES_UNPACKED) {
      throw new FormatError(`${name}: expected to unpack ${record.name} ${MAX_TIMES_UNPACKED} times at most, got more`);
    }
    seen.set(record, times);
    const bytes = inflated(where, packed(), record.size);
    last = { record, bytes };
    return bytes;
  };
}

function entryOf(source: ByteSource, record: Record, inflate: Unpack): ZipEntry {
  const where = `${source.name}: ${record.name}`;
  const { name, size, packed, method } = record;
  if (method !== STORED && method !== DEFLATED) {
    throw new FormatError(`${where}: expected an entry stored or deflated, got compression ${method}`);
  }
  if (record.localOffset + 30 + packed > source.size) {
    throw new FormatError(
      `${where}: expected ${packed} bytes at ${record.localOffset} within the file, got a file of ${source.size}`,
    );
  }
  if (method === STORED && size !== packed) throw new FormatError(`${where}: expected ${size} bytes, got ${packed}`);
  if (method === DEFLATED && (size > MAX_DEFLATED_BYTES || size > packed * MAX_RATIO)) {
    throw new FormatError(`${where}: expected at most ${MAX_RATIO} times ${packed} bytes unpacked, got ${size}`);
  }
  return {
    name,
    size,
    read: (offset, length) =>
      method === STORED
        ? source.read(dataStart(source, record) + offset, length)
        : inflate(where, record, () => source.read(dataStart(source, record), packed)).subarray(
            offset,
            offset + length,
          ),
  };
}

function dataStart(source: ByteSource, { name, localOffset, packed }: Record): number {
  const header = viewOf(source, localOffset, 30);
  const start = localOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (header.getUint32(0, true) !== LOCAL || start + packed > source.size) {
    throw new FormatError(
      `${source.name}: ${name}: expected ${packed} bytes at ${start} within the file, got a file of ${source.size}`,
    );
  }
  return start;
}

/** Unpacks into a buffer of the declared size and one byte, so that more than declared shows and takes no memory. */
function inflated(where: string, packed: Uint8Array, size: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = inflateSync(packed, { out: new Uint8Array(size + 1) });
  } catch (error) {
    throw new FormatError(`${where}: expected deflated bytes, got ${(error as Error).message}`);
  }
  if (bytes.length !== size) throw new FormatError(`${where}: expected ${size} bytes unpacked, got another number`);
  return bytes;
}
