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
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  return { name, size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
