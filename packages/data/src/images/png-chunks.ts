import { FormatError } from '@seg/checkpoint';

/** What a PNG says of itself before its pixels. */
export type PngHeader = {
  width: number;
  height: number;
  /** Bits of a sample. */
  depth: number;
  colorType: number;
  isInterlaced: boolean;
};

const NEEDED = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND']);

/**
 * Reads a PNG's header and keeps only the chunks that make its pixels (PNG, third edition, section 11): metadata and
 * color profiles may be damaged, or unpack to gigabytes, without harm.
 *
 * @throws FormatError where the file is cut short or its header is not one
 */
export function readPngChunks(bytes: Uint8Array, name: string): { header: PngHeader; essential: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  let type = '';
  for (let offset = 8; type !== 'IEND'; ) {
    if (offset + 12 > bytes.length) throw cutShort(name, bytes);
    const end = offset + 12 + view.getUint32(offset);
    if (end > bytes.length) throw cutShort(name, bytes);
    type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    if (kept.length === 1 && (type !== 'IHDR' || end !== 33)) {
      throw new FormatError(`decodeImage: expected a PNG header first in ${name}, got ${JSON.stringify(type)}`);
    }
    if (NEEDED.has(type)) kept.push(bytes.subarray(offset, end));
    offset = end;
  }
  return { header: readHeader(view), essential: joined(kept) };
}

function readHeader(view: DataView): PngHeader {
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: view.getUint8(24),
    colorType: view.getUint8(25),
    isInterlaced: view.getUint8(28) !== 0,
  };
}

function joined(parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

function cutShort(name: string, bytes: Uint8Array): FormatError {
  return new FormatError(`decodeImage: expected a whole PNG in ${name}, got one cut short at ${bytes.length} bytes`);
}
