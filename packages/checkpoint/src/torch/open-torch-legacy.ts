import type { ByteSource } from '../byte-source.ts';
import { ELEMENT_BYTES, type ElementType } from '../element-type.ts';
import { FormatError } from '../errors.ts';
import type { ParamSource } from '../param-source.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { stateDict } from '../state-dict.ts';
import { rangeStorage, type Storage } from '../stored-tensor.ts';
import { readStorageId, type StorageId } from './persistent-storage.ts';
import { TORCH_GLOBALS, TorchStorage } from './torch-globals.ts';

/** First pickle of the file: PyTorch's magic number, in protocol 2. */
const MAGIC = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
/** `PROTOCOL_VERSION` of torch/serialization.py. */
const PROTOCOL_VERSION = 1001;

/** True for files of `torch.save` before PyTorch 1.6. */
export function isTorchLegacy(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => head[i] === byte);
}

/**
 * Opens a file of `torch.save` before PyTorch 1.6: pickles of a magic number, a version, the machine, the object and the
 * order of the storages, then each storage's number of elements (8 bytes) and data.
 *
 * @throws FormatError with every global that is refused, or every tensor that cannot be read
 */
export function openTorchLegacy(source: ByteSource): ParamSource {
  const version = unpickle(source, MAGIC.length, { globals: new Map() });
  if (version.value !== PROTOCOL_VERSION) {
    throw new FormatError(`${source.name}: expected version ${PROTOCOL_VERSION}, got ${String(version.value)}`);
  }
  const machine = unpickle(source, version.end, { globals: new Map() });
  if (!(machine.value instanceof Map) || machine.value.get('little_endian') !== true) {
    throw new FormatError(`${source.name}: expected a little-endian file, got a big-endian one`);
  }
  const storages = new Map<string, LegacyStorage>();
  const persistent = (id: unknown) => new TorchStorage(partOf(storages, readStorageId(id)));
  const content = unpickle(source, machine.end, { globals: TORCH_GLOBALS, persistent });
  const order = unpickle(source, content.end, { globals: new Map() });
  locate(source, order.end, order.value, storages);
  return stateDict(source.name, content.value);
}

/** A storage whose place is known once everything before it has been read. */
type LegacyStorage = { type: ElementType; count: number; located: Storage | null };

function partOf(storages: Map<string, LegacyStorage>, { type, key, count, part }: StorageId): Storage {
  if (type === null) {
    throw new FormatError('expected real numbers, got complex ones'); // what follows them could not be located
  }
  const known = storages.get(key) ?? { type, count, located: null };
  storages.set(key, known);
  const start = part?.offset ?? 0;
  const isInside = part === null || start + part.count <= count;
  return {
    type,
    count: part?.count ?? count,
    get fault() {
      if (!isInside) return `expected a part within ${count} elements, got ${part?.count} at ${start}`;
      return known.located === null ? `expected storage ${key} behind the pickle, got none` : known.located.fault;
    },
    read: (from, length) => known.located!.read(start + from, length),
  };
}

function locate(source: ByteSource, start: number, order: unknown, storages: Map<string, LegacyStorage>): void {
  if (!Array.isArray(order)) throw new FormatError(`${source.name}: expected the order of storages, got another value`);
  let at = start;
  for (const key of order) {
    const storage = storages.get(key);
    if (storage === undefined)
      throw new FormatError(`${source.name}: expected storages of tensors, got ${String(key)}`);
    if (at + 8 > source.size) return;
    const bytes = source.read(at, 8);
    const count = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true));
    if (count !== storage.count) {
      throw new FormatError(`${source.name}: storage ${key}: expected ${storage.count} elements, got ${count}`);
    }
    storage.located = rangeStorage(storage.type, count, source, at + 8);
    at += 8 + count * ELEMENT_BYTES[storage.type];
  }
}
