import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../errors.ts';
import { maskedCrc32c } from './crc32c.ts';
import { VarintCursor } from './protobuf.ts';

/** LevelDB's table format, "Footer". */
const FOOTER_BYTES = 48;
/** `kTableMagicNumber` of LevelDB's table format. */
const MAGIC = 0xdb4775248b80fb57n;
/** Compression and checksum behind every block. */
const TRAILER_BYTES = 5;
/** Bound of one block, against sizes that a torn or hostile file names. */
const MAX_BLOCK_BYTES = 64 * 2 ** 20;
/** MaX-DeepLab-L with its optimizer has some 6000. */
const MAX_ENTRIES = 1_000_000;

type BlockHandle = { offset: number; size: number };

/** True where the file ends as a LevelDB table does. */
export function isSortedTable(source: ByteSource): boolean {
  return source.size >= FOOTER_BYTES && magicOf(source.read(source.size - 8, 8)) === MAGIC;
}

/**
 * All entries of a LevelDB table (SSTable) in order, as TensorFlow writes its `.index` files: uncompressed blocks with
 * checksums, keys that share beginnings.
 *
 * @throws FormatError naming the file and the block
 */
export function* readSortedTable(source: ByteSource): Generator<[key: string, value: Uint8Array]> {
  const { name, size } = source;
  if (!isSortedTable(source)) throw new FormatError(`${name}: expected a LevelDB table, got another end: is it cut?`);
  const footer = new VarintCursor(source.read(size - FOOTER_BYTES, FOOTER_BYTES));
  readHandle(footer); // of the metaindex
  let count = 0;
  for (const [, handle] of blockEntries(source, readHandle(footer))) {
    for (const [key, value] of blockEntries(source, readHandle(new VarintCursor(handle)))) {
      if (++count > MAX_ENTRIES) throw new FormatError(`${name}: expected at most ${MAX_ENTRIES} entries, got more`);
      yield [new TextDecoder().decode(key), value];
    }
  }
}

function magicOf(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}

function readHandle(cursor: VarintCursor): BlockHandle {
  return { offset: cursor.varint(), size: cursor.varint() };
}

function readBlock(source: ByteSource, { offset, size }: BlockHandle): Uint8Array {
  const where = `${source.name}: block at ${offset}`;
  if (size > MAX_BLOCK_BYTES || offset + size + TRAILER_BYTES > source.size) {
    throw new FormatError(`${where}: expected ${size} bytes within the file, got a file of ${source.size}`);
  }
  const bytes = source.read(offset, size + TRAILER_BYTES);
  const compression = bytes[size];
  const expected = new DataView(bytes.buffer, bytes.byteOffset + size + 1, 4).getUint32(0, true);
  if (maskedCrc32c(bytes.subarray(0, size + 1)) !== expected) {
    throw new FormatError(`${where}: expected its checksum, got another: the file is damaged`);
  }
  if (compression !== 0) {
    throw new FormatError(`${where}: expected no compression, got ${compression === 1 ? 'snappy' : compression}`);
  }
  return bytes.subarray(0, size);
}

/** Entries up to the restart points: shared and new bytes of the key, bytes of the value. */
function* blockEntries(source: ByteSource, handle: BlockHandle): Generator<[Uint8Array, Uint8Array]> {
  const block = readBlock(source, handle);
  const where = `${source.name}: block at ${handle.offset}`;
  const restarts =
    block.length < 4 ? 0 : new DataView(block.buffer, block.byteOffset).getUint32(block.length - 4, true);
  const end = block.length - 4 - 4 * restarts;
  if (end < 0)
    throw new FormatError(`${where}: expected ${restarts} restart points in the block, got ${block.length} bytes`);
  const cursor = new VarintCursor(block.subarray(0, end));
  let key = new Uint8Array(0);
  while (!cursor.atEnd) {
    const [shared, added, size] = [cursor.varint(), cursor.varint(), cursor.varint()];
    if (shared > key.length)
      throw new FormatError(`${where}: expected a key of ${shared} bytes to share, got ${key.length}`);
    const next = new Uint8Array(shared + added);
    next.set(key.subarray(0, shared));
    next.set(cursor.bytes(added), shared);
    key = next;
    yield [key, cursor.bytes(size)];
  }
}
