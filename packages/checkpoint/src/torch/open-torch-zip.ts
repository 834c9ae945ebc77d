import type { ByteSource } from '../byte-source.ts';
import { FormatError } from '../errors.ts';
import type { ParamSource } from '../param-source.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { stateDict } from '../state-dict.ts';
import { rangeStorage, type Storage } from '../stored-tensor.ts';
import { openZip, type ZipEntry } from '../zip.ts';
import { readStorageId } from './persistent-storage.ts';
import { TORCH_GLOBALS, TorchStorage } from './torch-globals.ts';

/** The pickle of structure alone; that of a published model with optimizer state is below 2 MB. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/**
 * Opens a file of `torch.save` since PyTorch 1.6: a zip with a pickle and one entry for each storage, which is read
 * when a tensor of it is. Big-endian files are refused.
 *
 * @throws FormatError with every global that is refused, or every tensor that cannot be read
 */
export function openTorchZip(source: ByteSource): ParamSource {
  const entries = openZip(source);
  const names = [...entries.keys()];
  const pickle = names.find((name) => name === 'data.pkl' || /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) {
    throw new FormatError(`${source.name}: expected a zip of PyTorch with data.pkl, got ${names.slice(0, 8)}`);
  }
  const root = pickle.slice(0, -'data.pkl'.length);
  if (entries.has(`${root}constants.pkl`)) {
    throw new FormatError(`${source.name}: expected a checkpoint, got a TorchScript program`);
  }
  checkByteOrder(source.name, entries.get(`${root}byteorder`));
  const file = pickleSource(source.name, entries.get(pickle)!);
  const persistent = (id: unknown) => new TorchStorage(entryStorage(entries, root, id));
  return stateDict(source.name, unpickle(file, 0, { globals: TORCH_GLOBALS, persistent }).value);
}

function checkByteOrder(where: string, entry: ZipEntry | undefined): void {
  if (entry === undefined) return;
  const order = new TextDecoder().decode(entry.read(0, Math.min(entry.size, 16)));
  if (order !== 'little') throw new FormatError(`${where}: expected byte order little, got ${JSON.stringify(order)}`);
}

/** The pickle in memory, so that a compressed one is unpacked once. */
function pickleSource(where: string, { name, size, read }: ZipEntry): ByteSource {
  if (size > MAX_PICKLE_BYTES) {
    throw new FormatError(`${where}: ${name}: expected at most ${MAX_PICKLE_BYTES} bytes, got ${size}`);
  }
  const bytes = read(0, size);
  return { name: where, size, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

function entryStorage(entries: ReadonlyMap<string, ZipEntry>, root: string, id: unknown): Storage {
  const { type, key, count } = readStorageId(id);
  const entry = entries.get(`${root}data/${key}`);
  const none = { type: type ?? 'u8', count, read: () => new Uint8Array(0) };
  if (type === null) return { ...none, fault: 'expected real numbers, got complex ones' };
  if (entry === undefined) return { ...none, fault: `expected an entry data/${key}, got none` };
  return rangeStorage(type, count, entry, 0);
}
