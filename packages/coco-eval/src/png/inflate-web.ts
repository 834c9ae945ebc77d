/**
 * Inflates zlib data with the platform's own DecompressionStream, piece by piece, and stops where it gives too much.
 *
 * @param length What must come out
 * @throws at damage, at more, and at bytes after the end
 */
export async function inflate(data: Uint8Array, length: number): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate');
  const reader = stream.readable.getReader();
  const writing = write(stream.writable.getWriter(), data);
  const whole = new Uint8Array(length);
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (size + piece.value.length > length) {
      await reader.cancel();
      throw new RangeError(`more than ${length} bytes`);
    }
    whole.set(piece.value, size);
    size += piece.value.length;
  }
  await writing;
  requireEnd(data, whole.subarray(0, size));
  return whole.subarray(0, size);
}

/** Not every platform looks at what comes after the end: the checksum has to be there (RFC 1950). */
function requireEnd(data: Uint8Array, inflated: Uint8Array): void {
  let [a, b] = [1, 0];
  for (let k = 0; k < inflated.length; ) {
    for (const end = Math.min(k + 3800, inflated.length); k < end; k++) b += a += inflated[k];
    a %= 65521;
    b %= 65521;
  }
  const sum = [b >> 8, b & 255, a >> 8, a & 255];
  if (!sum.every((byte, k) => byte === data[data.length - 4 + k])) throw new RangeError('another end');
}

/** Some platforms make everything of what is written before any of it is read: at most 17 MB of so much. */
const PIECE = 2 ** 14;

/** An error here is one of the reader too, which reports it. */
async function write(writer: WritableStreamDefaultWriter<BufferSource>, data: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < data.length; at += PIECE)
      await writer.write(data.subarray(at, at + PIECE) as Uint8Array<ArrayBuffer>);
    await writer.close();
  } catch {
    // told by the reader
  }
}
