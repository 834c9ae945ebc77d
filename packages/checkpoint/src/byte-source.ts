import { expectValue, type OptionCheck } from './expect-options.ts';

/** Bytes that can be read in any order: a buffer, an open file. */
export type ByteSource = {
  /** Named in errors. */
  name: string;
  size: number;
  /** Exactly `length` bytes from `offset`; the range lies within `size`. */
  read(offset: number, length: number): Uint8Array;
};

/** A buffer as a byte source. */
export function bytesOf(name: string, data: Uint8Array | ArrayBuffer): ByteSource {
  expectValue('bytesOf', 'data', data, BYTES);
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  return { name, size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

const BYTES: OptionCheck = [
  'a Uint8Array or an ArrayBuffer',
  (value) => value instanceof Uint8Array || /ArrayBuffer\]$/.test(Object.prototype.toString.call(value)),
];

const BYTE_SOURCE: OptionCheck = [
  'bytes with name, size and read',
  (value) => typeof (value as ByteSource | null)?.read === 'function' && Number.isFinite((value as ByteSource).size),
];

/** @throws RangeError unless it has what is read of bytes */
export function expectBytes(where: string, source: ByteSource): void {
  expectValue(where, 'source', source, BYTE_SOURCE);
}
