import type { ByteSource } from './byte-source.ts';
import { describeValue } from './describe-value.ts';
import { ELEMENT_BYTES, type ElementType, elementsToFloat32 } from './element-type.ts';
import { FormatError } from './errors.ts';
import { float32ToFloat16 } from './half-float.ts';
import type { ParamSource, StoredValue } from './param-source.ts';

/** A header of the published models is below one megabyte; the format's own limit is 100 MB. */
const MAX_HEADER_BYTES = 100_000_000;
/** By the format's names of the types. */
const BYTES_PER_ELEMENT: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(ELEMENT_BYTES).map(([type, bytes]) => [type.toUpperCase(), bytes]),
);

type HeaderEntry = { dtype: string; shape: number[]; data_offsets: [number, number] };

/** One safetensors file: parameters by key, read on demand, and the metadata beside them. */
export type SafetensorsFile = ParamSource & { metadata: Record<string, string> };

/**
 * Opens a safetensors file. The header is distrusted: sizes, offsets, overlaps and gaps are checked before any tensor
 * is read, so a truncated or lying file fails here.
 *
 * @throws FormatError naming the file, what was expected and what came
 */
export function openSafetensors(source: ByteSource): SafetensorsFile {
  const { header, dataStart } = readHeader(source);
  const { __metadata__: metadata = {}, ...rest } = header;
  const entries = new Map(Object.entries(rest as Record<string, HeaderEntry>));
  for (const [key, entry] of entries) checkEntry(source.name, key, entry);
  checkCoverage(source, entries, dataStart);
  return {
    metadata: metadata as Record<string, string>,
    keys: () => entries.keys(),
    shape: (key) => entries.get(key)?.shape ?? null,
    read: (key) => {
      const entry = entries.get(key);
      return entry === undefined ? null : readEntry(source, entry, dataStart);
    },
  };
}

function readHeader(source: ByteSource): { header: Record<string, unknown>; dataStart: number } {
  const { name, size } = source;
  if (size < 8) throw new FormatError(`${name}: expected a safetensors file of at least 8 bytes, got ${size}`);
  const prefix = source.read(0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || 8 + length > size) {
    throw new FormatError(`${name}: expected a header within the file of ${size} bytes, got a length of ${length}`);
  }
  const text = new TextDecoder().decode(source.read(8, length));
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

function readEntry(source: ByteSource, entry: HeaderEntry, dataStart: number): StoredValue {
  const [from, to] = entry.data_offsets;
  const type = entry.dtype.toLowerCase() as ElementType;
  return { shape: entry.shape, values: elementsToFloat32(type, source.read(dataStart + from, to - from)) };
}

/**
 * Writes parameters as one safetensors file.
 *
 * @param tensors Values in the stored layout, by key
 * @param precision float16 halves the size; values beyond ±65504 are refused
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredValue>,
  {
    metadata = {},
    precision = 'float32',
  }: { metadata?: Record<string, string>; precision?: 'float32' | 'float16' } = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  const bodies: Uint8Array[] = [];
  let end = 0;
  for (const [key, { shape, values }] of tensors) {
    const body = precision === 'float32' ? bytesOfArray(values) : bytesOfArray(halved(key, values));
    const dtype = precision === 'float32' ? 'F32' : 'F16';
    header[key] = { dtype, shape, data_offsets: [end, end + body.length] };
    bodies.push(body);
    end += body.length;
  }
  return assemble(new TextEncoder().encode(JSON.stringify(header)), bodies, end);
}

function halved(key: string, values: Float32Array): Uint16Array {
  const worst = values.find((value) => Math.abs(value) > 65504);
  if (worst !== undefined)
    throw new RangeError(`writeSafetensors: ${key}: expected values within ±65504, got ${worst}`);
  return float32ToFloat16(values);
}

/** The header is padded with spaces so that the data begins at a multiple of eight. */
function assemble(header: Uint8Array, bodies: Uint8Array[], size: number): Uint8Array {
  const headerLength = Math.ceil(header.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + size).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(header, 8);
  let offset = 8 + headerLength;
  for (const body of bodies) {
    file.set(body, offset);
    offset += body.length;
  }
  return file;
}

function bytesOfArray(array: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
