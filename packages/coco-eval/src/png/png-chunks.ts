import { expectNames } from '../state/expect-options.ts';
import { expectThat, isWithin } from '../state/expect-value.ts';

/** Limits of a PNG, checked from its header before anything of the size of its image is made. */
export type PngLimits = {
  /** Width times height, 2²⁹ if absent. */
  maxPixels?: number;
  /** Bytes of samples, 2²⁹ if absent. */
  maxBytes?: number;
};

/** Header of a PNG. */
export type PngHeader = {
  width: number;
  height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  depth: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. */
  colorType: number;
  /** Samples of a pixel. */
  channels: number;
  interlaced: boolean;
};

/** The chunks of a PNG that say something about its pixels. */
export type PngChunks = {
  header: PngHeader;
  /** Compressed pixels. */
  data: Uint8Array;
  /** [≤ 256 · 3] colors; of a file without a palette none, though its pixels may be indices. */
  palette?: Uint8Array;
  /** The alpha of the first colors of a palette, or the one sample a channel that stands for a transparent pixel. */
  transparency?: Uint8Array | Uint16Array;
  /** Content of the chunk eXIf, which has the orientation. */
  exif?: Uint8Array;
};

const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Record<number, number[]> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** 512 MiB: what is longer does not fit into one typed array of every browser. */
const MOST = 2 ** 29;

/**
 * Reads and checks the chunks of a PNG, after its specification, third edition, W3C 2025. @throws where they are
 * damaged
 */
export function readPngChunks(file: Uint8Array, limits: PngLimits = {}): PngChunks {
  expectNames('decodePng', limits, ['maxPixels', 'maxBytes']);
  if (!(file instanceof Uint8Array)) {
    const found = typeof file === 'object' ? Object.prototype.toString.call(file).slice(8, -1) : typeof file;
    throw new TypeError(`decodePng: expected bytes (Uint8Array), got ${found}`);
  }
  requireLimits(limits);
  if (!SIGNATURE.every((byte, k) => file[k] === byte))
    throw new TypeError('decodePng: expected a PNG, got other bytes');
  const found: Partial<PngChunks> = {};
  const parts: Uint8Array[] = [];
  let before = '';
  for (const { type, body } of eachChunk(file)) {
    requireOrder(type, before, found.header !== undefined, parts.length > 0);
    if (type === 'IHDR') found.header = readHeader(body, limits);
    else if (type === 'IDAT') parts.push(body);
    else if (type === 'PLTE') found.palette = readPalette(body, found.header!);
    else if (type === 'tRNS') found.transparency = readTransparency(body, found as PngChunks);
    else if (type === 'eXIf') found.exif = body;
    before = type;
  }
  return { ...(found as PngChunks), data: parts.length === 1 ? parts[0] : concatenated(parts) };
}

function requireLimits({ maxPixels = MOST, maxBytes = MOST }: PngLimits): void {
  expectThat(isWithin(maxPixels, 1, Infinity), 'decodePng', 'maxPixels of 1 or more', maxPixels);
  expectThat(isWithin(maxBytes, 1, Infinity), 'decodePng', 'maxBytes of 1 or more', maxBytes);
}

type Chunk = { type: string; body: Uint8Array };

/**
 * The chunks up to IEND, their checksums compared. A file that lacks its end alone is read, as Pillow and browsers do:
 * whether its pixels are all there, the compressed stream tells.
 */
function* eachChunk(file: Uint8Array): Generator<Chunk> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let hasPixels = false;
  for (let at = 8; ; ) {
    if (at + 12 > file.length && hasPixels) return;
    if (at + 12 > file.length) throw new RangeError('decodePng: expected chunks up to IEND, got the end of the file');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const end = at + 8 + length;
    if (end + 4 > file.length)
      throw new RangeError(`decodePng: expected ${length} bytes of ${chunkName(type)}, got the end of the file`);
    if (crc32(file, at + 4, end) !== view.getUint32(end))
      throw new RangeError(`decodePng: expected the checksum of ${chunkName(type)} to hold, got another`);
    if (type === 'IEND') return;
    hasPixels ||= type === 'IDAT';
    yield { type, body: file.subarray(at + 8, end) };
    at = end + 4;
  }
}

/** A name as it is if it is one, else its codes. */
function chunkName(type: string): string {
  return /^[A-Za-z]{4}$/.test(type) ? type : `a chunk named ${JSON.stringify(type)}`;
}

const KNOWN = ['IHDR', 'PLTE', 'IDAT'];

/** A chunk whose name begins with a capital has to be understood. */
function requireOrder(type: string, before: string, hasHeader: boolean, hasData: boolean): void {
  if ((type === 'IHDR') === hasHeader)
    throw new RangeError(`decodePng: expected IHDR first and once, got ${chunkName(type)}`);
  if (!KNOWN.includes(type) && (type.charCodeAt(0) & 32) === 0)
    throw new RangeError(`decodePng: expected critical chunks of PNG, got ${chunkName(type)}`);
  if (hasData && (type === 'IDAT' ? before !== 'IDAT' : type === 'PLTE' || type === 'tRNS'))
    throw new RangeError(`decodePng: expected IDAT in one row after PLTE and tRNS, got ${chunkName(type)} after it`);
}

function readHeader(body: Uint8Array, { maxPixels = MOST, maxBytes = MOST }: PngLimits): PngHeader {
  if (body.length !== 13) throw new RangeError(`decodePng: expected 13 bytes of IHDR, got ${body.length}`);
  const view = new DataView(body.buffer, body.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, compression, filter, interlace] = body.subarray(8);
  if (!DEPTHS[colorType]?.includes(depth))
    throw new RangeError(`decodePng: expected a color type and depth of PNG, got ${colorType} of ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw new RangeError(`decodePng: expected methods 0, 0 and 0 or 1, got ${compression}, ${filter}, ${interlace}`);
  const channels = CHANNELS[colorType];
  const bytes = width * height * channels * (depth === 16 ? 2 : 1);
  if (bytes === 0 || bytes > maxBytes || width * height > maxPixels)
    throw new RangeError(
      `decodePng: expected 1 to ${maxPixels} pixels and at most ${maxBytes} bytes, got ${width} x ${height}`,
    );
  return { width, height, depth, colorType, channels, interlaced: interlace === 1 };
}

/** A suggestion in files of RGB, nothing in files of gray, which must not have one: not read there. */
function readPalette(body: Uint8Array, { colorType, depth }: PngHeader): Uint8Array {
  const most = 3 * 2 ** (colorType === 3 ? depth : 8);
  if (body.length % 3 !== 0 || body.length === 0 || body.length > most)
    throw new RangeError(`decodePng: expected 3 to ${most} bytes of PLTE by threes, got ${body.length}`);
  return body;
}

function readTransparency(body: Uint8Array, { header, palette }: PngChunks): Uint8Array | Uint16Array {
  const { colorType, channels } = header;
  if (colorType === 3) {
    const most = (palette?.length ?? 0) / 3;
    if (body.length <= most) return body;
    throw new RangeError(`decodePng: expected at most ${most} bytes of tRNS, got ${body.length}`);
  }
  if (colorType > 3 || body.length !== 2 * channels)
    throw new RangeError(`decodePng: expected tRNS of one sample a channel without alpha, got ${body.length} bytes`);
  return bigEndian16(body);
}

/** Numbers of two bytes, the high one first. */
export function bigEndian16(bytes: Uint8Array): Uint16Array {
  const numbers = new Uint16Array(bytes.length >> 1);
  for (let k = 0; k < numbers.length; k++) numbers[k] = (bytes[2 * k] << 8) | bytes[2 * k + 1];
  return numbers;
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

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

export function crc32(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffffffff;
  for (let k = start; k < end; k++) crc = CRC_TABLE[(crc ^ bytes[k]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
