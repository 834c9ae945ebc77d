import { unfilterBytes } from './unfilter-bytes.ts';

/** Pixels of a PNG, row by row, as the file has them: palette indices stay indices. */
export type PngImage = {
  width: number;
  height: number;
  /** 1 grey or palette index, 2 grey and alpha, 3 RGB, 4 RGBA */
  channels: number;
  hasPalette: boolean;
  data: Uint8Array | Uint16Array; // [height, width, channels]
};

/**
 * Inflates zlib data, for which every platform has its own: node's `inflateSync`, a browser's library.
 *
 * @param length What comes out must be exactly so long; more must not be made of it
 */
export type Inflate = (data: Uint8Array, length: number) => Uint8Array;

const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** The largest image that is read, in bytes of pixels. */
const MAX_BYTES = 2 ** 29;

type Header = { width: number; height: number; depth: number; color: number; interlace: number };

/** What the rows of a PNG are. */
export type PngFormat = Pick<PngImage, 'width' | 'height' | 'channels' | 'hasPalette'> & { depth: 8 | 16 };

/**
 * Reads the PNGs that segmentation data comes in: 8 or 16 bits, not interlaced. After the PNG specification, third
 * edition, W3C 2025.
 *
 * @throws at anything else, and at a file that is damaged
 */
export function decodePng(file: Uint8Array, inflate: Inflate): PngImage {
  const png = inflatePng(file, inflate);
  const bytes = unfilterBytes(png);
  const { width, height, channels, hasPalette, depth } = png.format;
  return { width, height, channels, hasPalette, data: depth === 8 ? bytes : bigEndian16(bytes) };
}

/** A PNG whose pixels are inflated, not yet unfiltered. */
export type InflatedPng = {
  format: PngFormat;
  filtered: Uint8Array; // [height, 1 + bytes of a row] each row begins with its filter
};

/** Checks and inflates a PNG. @throws as decodePng */
export function inflatePng(file: Uint8Array, inflate: Inflate): InflatedPng {
  if (!SIGNATURE.every((byte, k) => file[k] === byte))
    throw new TypeError('decodePng: expected a PNG, got other bytes');
  const { header, data } = readChunks(file);
  const { width, height, color } = header;
  const depth = header.depth as 8 | 16;
  const channels = CHANNELS[color];
  const rowBytes = (width * channels * depth) / 8;
  const filtered = inflated(data, height * (rowBytes + 1), inflate);
  return { format: { width, height, channels, hasPalette: color === 3, depth }, filtered };
}

function inflated(data: Uint8Array, length: number, inflate: Inflate): Uint8Array {
  let filtered: Uint8Array;
  try {
    filtered = inflate(data, length);
  } catch (error) {
    throw new RangeError(`decodePng: expected pixels that inflate, got ${(error as Error).message}`, { cause: error });
  }
  if (filtered.length !== length) {
    throw new RangeError(`decodePng: expected ${length} bytes of pixels, got ${filtered.length}`);
  }
  return filtered;
}

function readChunks(file: Uint8Array): { header: Header; data: Uint8Array } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parts: Uint8Array[] = [];
  let header: Header | undefined;
  for (let at = 8; ; ) {
    if (at + 12 > file.length) throw new RangeError('decodePng: expected chunks up to IEND, got the end of the file');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > file.length)
      throw new RangeError(`decodePng: expected ${length} bytes of ${type}, got the end of the file`);
    if (crc32(file, at + 4, end) !== view.getUint32(end))
      throw new RangeError(`decodePng: expected the checksum of ${type} to hold`);
    if (type === 'IHDR') header = readHeader(view, at + 8, length);
    else if (!header) throw new RangeError(`decodePng: expected IHDR first, got ${type}`);
    else if (type === 'IDAT') parts.push(file.subarray(at + 8, end));
    else if (type === 'IEND') return { header, data: parts.length === 1 ? parts[0] : concatenated(parts) };
    at = end + 4;
  }
}

function readHeader(view: DataView, at: number, length: number): Header {
  if (length !== 13) throw new RangeError(`decodePng: expected 13 bytes of IHDR, got ${length}`);
  const [width, height] = [view.getUint32(at), view.getUint32(at + 4)];
  const [depth, color, interlace] = [view.getUint8(at + 8), view.getUint8(at + 9), view.getUint8(at + 12)];
  if (CHANNELS[color] === undefined) throw new RangeError(`decodePng: expected a color type of PNG, got ${color}`);
  if (interlace !== 0) throw new RangeError('decodePng: expected no interlacing, got some');
  if (depth !== 8 && !(depth === 16 && color !== 3)) {
    throw new RangeError(`decodePng: expected 8 or 16 bits a channel, got ${depth}`);
  }
  const bytes = width * height * CHANNELS[color] * (depth / 8);
  if (bytes === 0 || bytes > MAX_BYTES)
    throw new RangeError(`decodePng: expected at most ${MAX_BYTES} bytes, got ${width} x ${height}`);
  return { width, height, depth, color, interlace };
}

function concatenated(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function bigEndian16(bytes: Uint8Array): Uint16Array {
  return Uint16Array.from({ length: bytes.length / 2 }, (_, k) => (bytes[2 * k] << 8) | bytes[2 * k + 1]);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffffffff;
  for (let k = start; k < end; k++) crc = CRC_TABLE[(crc ^ bytes[k]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
