import { type ByteSource, expectBytes } from '../byte-source.ts';
import { ELEMENT_BYTES } from '../element-type.ts';
import { FormatError } from '../errors.ts';
import { A_FUNCTION, expectValue } from '../expect-options.ts';
import type { ParamSource } from '../param-source.ts';
import { denseStrides, elementCount, type Storage, StoredTensor } from '../stored-tensor.ts';
import { tensorSource } from '../tensor-source.ts';
import { type BundleEntry, type BundleHeader, DT_STRING, readBundleEntry, readBundleHeader } from './bundle-entry.ts';
import { maskedCrc32c } from './crc32c.ts';
import { readSortedTable } from './sorted-table.ts';

/** The file of data with a number out of so many, or null where there is none. */
export type OpenShard = (shard: number, shards: number) => Promise<ByteSource | null>;

/** Files are named with five digits; published checkpoints have one or two. */
const MAX_SHARDS = 10_000;

/**
 * Opens a TensorFlow checkpoint: an `.index` file and its `.data-0000x-of-0000y`. Tensors are read when asked for, and
 * their checksums compared. Text, such as the object graph, is left out.
 *
 * @throws FormatError with every shard that is absent and every tensor that cannot be read
 */
export async function openTensorBundle(index: ByteSource, openShard: OpenShard): Promise<ParamSource> {
  expectBytes('openTensorBundle', index);
  expectValue('openTensorBundle', 'openShard', openShard, A_FUNCTION);
  const { header, entries } = readIndex(index);
  const shards = await openShards(index.name, header, openShard);
  const tensors = new Map(
    [...entries]
      .filter(([, { dtype }]) => dtype !== DT_STRING)
      .map(([key, entry]) => [key, tensorOf(`${index.name}: ${key}`, entry, shards)] as const),
  );
  return tensorSource(index.name, tensors);
}

function readIndex(index: ByteSource): { header: BundleHeader; entries: Map<string, BundleEntry> } {
  const entries = new Map<string, BundleEntry>();
  let header: BundleHeader | null = null;
  try {
    for (const [key, value] of readSortedTable(index)) {
      if (key === '') header = readBundleHeader(value);
      else entries.set(key, readBundleEntry(value));
    }
  } catch (error) {
    if (!(error instanceof FormatError) || error.message.startsWith(index.name)) throw error;
    throw new FormatError(`${index.name}: ${error.message}`);
  }
  if (header === null)
    throw new FormatError(`${index.name}: expected the index of a TensorFlow checkpoint, got one without its header`);
  if (header.isBigEndian)
    throw new FormatError(`${index.name}: expected a little-endian checkpoint, got a big-endian one`);
  return { header, entries };
}

async function openShards(where: string, { shards }: BundleHeader, openShard: OpenShard): Promise<ByteSource[]> {
  if (shards < 1 || shards > MAX_SHARDS)
    throw new FormatError(`${where}: expected 1 to ${MAX_SHARDS} shards, got ${shards}`);
  const opened = await Promise.all(Array.from({ length: shards }, (_, shard) => openShard(shard, shards)));
  const absent = opened.flatMap((source, shard) => (source === null ? [shardName('', shard, shards)] : []));
  if (absent.length > 0) throw new FormatError(`${where}: expected the shards ${absent.join(', ')}, got none`);
  return opened as ByteSource[];
}

/** `<prefix>.data-00000-of-00001` */
export function shardName(prefix: string, shard: number, shards: number): string {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `${prefix}.data-${digits(shard)}-of-${digits(shards)}`;
}

function tensorOf(where: string, entry: BundleEntry, shards: readonly ByteSource[]): StoredTensor {
  const { type, shape, size } = entry;
  const count = type === null ? 0 : size / ELEMENT_BYTES[type];
  const fault = faultOf(entry, shards);
  const storage: Storage = {
    type: type ?? 'u8',
    count,
    read: (from, length) => checkedBytes(where, entry, shards[entry.shard], from, length),
    ...(fault !== null && { fault }),
  };
  return new StoredTensor(storage, { shape, strides: denseStrides(shape), offset: 0 });
}

function faultOf({ type, dtype, shape, shard, offset, size, isSliced }: BundleEntry, shards: readonly ByteSource[]) {
  if (isSliced) return 'expected a whole tensor, got a partitioned one';
  if (type === null) return `expected numbers, got TensorFlow's type ${dtype}`;
  if (shards[shard] === undefined) return `expected shard 0 to ${shards.length - 1}, got ${shard}`;
  const expected = elementCount(shape) * ELEMENT_BYTES[type];
  if (size !== expected) return `expected ${expected} bytes for [${shape}] ${type}, got ${size}`;
  const end = offset + size;
  return end > shards[shard].size ? `expected ${end} bytes of data, got ${shards[shard].size}: the file is cut` : null;
}

/** A dense tensor is read whole, so its checksum can be compared. */
function checkedBytes(where: string, entry: BundleEntry, shard: ByteSource, from: number, length: number): Uint8Array {
  const bytes = shard.read(entry.offset, entry.size);
  if (maskedCrc32c(bytes) !== entry.checksum) {
    throw new FormatError(`${where}: expected its checksum, got another: the data are damaged`);
  }
  const width = ELEMENT_BYTES[entry.type!];
  return bytes.subarray(from * width, (from + length) * width);
}
