import { inflateSync } from 'node:zlib';

/**
 * Inflates zlib data with node's zlib, into one buffer of the right size, at once.
 *
 * @param length What must come out; more is never made
 * @throws at damage, at more, and at bytes after the end
 */
export function inflate(data: Uint8Array, length: number): Uint8Array {
  const options = { chunkSize: Math.max(64, length + 1), maxOutputLength: length + 1, info: true };
  const { buffer, engine } = inflateSync(data, options) as unknown as {
    buffer: Uint8Array;
    engine: { bytesWritten: number };
  };
  if (engine.bytesWritten === data.length) return buffer;
  throw new RangeError(`${data.length - engine.bytesWritten} bytes after the end`);
}
