import { type ByteSource, expectBytes } from './byte-source.ts';
import { describeValue } from './describe-value.ts';
import { ELEMENT_BYTES, type ElementType, elementsToFloat32 } from './element-type.ts';
import { FormatError } from './errors.ts';
import type { ParamSource, StoredValue } from './param-source.ts';
import { checkScales, dequantizeRows } from './row-quantization.ts';
import { ROW_SCALES, readRowScales } from './row-scales.ts';
import { utf8Text } from './utf8-text.ts';

/** A header of the published models is below one megabyte; the format's own limit is 100 MB. */
const MAX_HEADER_BYTES = 100_000_000;
/** By the format's names of the types. */
const BYTES_PER_ELEMENT: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(ELEMENT_BYTES).map(([type, bytes]) => [type.toUpperCase(), bytes]),
);

type HeaderEntry = { dtype: string; shape: number[]; data_offsets: [number, number] };

/** One safetensors file: parameters by key, read on demand, and the metadata beside them. */
export type SafetensorsFile = ParamSource & { metadata: Record<string, string> };

/** True of a file that begins as safetensors: the length of a header below 4 GiB, and its brace. */
export function isSafetensors(source: ByteSource): boolean {
  expectBytes('isSafetensors', source);
  if (source.size < 9) return false;
  const head = source.read(0, 9);
  return head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0);
}

/**
 * Opens a safetensors file. The header is distrusted: sizes, offsets, overlaps and gaps are checked before any tensor
 * is read, so a truncated or lying file fails here. Tensors of eight bits with a scale a row are read as float32, and
 * their scales are no keys.
 *
 * @throws FormatError naming the file, what was expected and what came
 */
export function openSafetensors(source: ByteSource): SafetensorsFile {
  expectBytes('openSafetensors', source);
  const { header, dataStart } = readHeader(source);
  const { __metadata__: metadata = {}, ...rest } = header;
  const entries = new Map(Object.entries(rest as Record<string, HeaderEntry>));
  for (const [key, entry] of entries) checkEntry(source.name, key, entry);
  checkCoverage(source, entries, dataStart);
  const file = { source, entries, dataStart };
  const names = metadata as Record<string, string>;
  const scaleOf = readRowScales(source.name, names[ROW_SCALES], entries);
  const hidden = new Set(scaleOf.values());
  return {
    metadata: names,
    keys: () => [...entries.keys()].filter((key) => !hidden.has(key)),
    shape: (key) => entries.get(key)?.shape ?? null,
    read: (key) => readTensor(file, key, scaleOf.get(key)),
  };
}

type OpenFile = { source: ByteSource; entries: ReadonlyMap<string, HeaderEntry>; dataStart: number };

function readTensor(file: OpenFile, key: string, scales: string | undefined): StoredValue | null {
  const entry = file.entries.get(key);
  if (entry === undefined) return null;
  if (scales === undefined) return { shape: entry.shape, values: valuesOf(file, entry) };
  return { shape: entry.shape, values: widened(file, key, entry, file.entries.get(scales)!) };
}

/** Eight bits become float32 in one pass, straight from the file's bytes. */
function widened(file: OpenFile, key: string, entry: HeaderEntry, scaleEntry: HeaderEntry): Float32Array {
  const scales = valuesOf(file, scaleEntry);
  checkScales(`${file.source.name}: ${key}`, scales);
  const bytes = bytesOfEntry(file, entry);
  const integers = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return dequantizeRows(entry.shape, { integers, scales, scaleShape: scaleEntry.shape });
}

function valuesOf(file: OpenFile, entry: HeaderEntry): Float32Array {
  return elementsToFloat32(entry.dtype.toLowerCase() as ElementType, bytesOfEntry(file, entry));
}

function bytesOfEntry({ source, dataStart }: OpenFile, { data_offsets: [from, to] }: HeaderEntry): Uint8Array {
  return source.read(dataStart + from, to - from);
}

function readHeader(source: ByteSource): { header: Record<string, unknown>; dataStart: number } {
  const { name, size } = source;
  if (size < 8) throw new FormatError(`${name}: expected a safetensors file of at least 8 bytes, got ${size}`);
  const prefix = source.read(0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || 8 + length > size) {
    throw new FormatError(`${name}: expected a header within the file of ${size} bytes, got a length of ${length}`);
  }
  const text = utf8Text(name, source.read(8, length), 'a JSON header');
  return { header: parseObject(name, text), dataStart: 8 + length };
}

function parseObject(name: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError(`${name}: expected a JSON header, got ${JSON.stringify(text.slice(0, 40))}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new FormatError(`${name}: expected a JSON object as header, got ${describeValue(value)}`);
  }
  return value as Record<string, unknown>;
}

function checkEntry(name: string, key: string, entry: HeaderEntry): void {
  const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES_PER_ELEMENT, dtype)) {
    const got = typeof dtype === 'object' ? describeValue(dtype) : String(dtype).slice(0, 80);
    throw new FormatError(`${name}: ${key}: expected dtype ${Object.keys(BYTES_PER_ELEMENT)}, got ${got}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw new FormatError(`${name}: ${key}: expected a shape of sizes, got ${describeValue(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw new FormatError(`${name}: ${key}: expected two data_offsets, got ${describeValue(offsets)}`);
  }
  const expected = shape.reduce((product, side) => product * side, 1) * BYTES_PER_ELEMENT[dtype];
  if (offsets[1] - offsets[0] !== expected) {
    throw new FormatError(`${name}: ${key}: expected ${expected} bytes for [${shape}] ${dtype}, got ${offsets}`);
  }
}

/** The format wants the tensors to cover the data exactly: no hole, no overlap, nothing behind the last. */
function checkCoverage(source: ByteSource, entries: Map<string, HeaderEntry>, dataStart: number): void {
  const ordered = [...entries].sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  let end = 0;
  for (const [
    key,
    {
      data_offsets: [from, to],
    },
  ] of ordered) {
    if (from !== end) throw new FormatError(`${source.name}: ${key}: expected data at ${end}, got ${from}`);
    end = to;
  }
  const available = source.size - dataStart;
  if (end !== available) throw new FormatError(`${source.name}: expected ${end} bytes of data, got ${available}`);
}
