import { type PngChunks, type PngHeader, type PngLimits, readPngChunks } from './png-chunks.ts';
import { passesOf } from './png-passes.ts';
import { unfilterBytes } from './unfilter-bytes.ts';
import { placePass, unpackSamples } from './unpack-samples.ts';

/** A PNG with its samples as the file has them: palette indices stay indices, and 4 bits count to 15. */
export type PngImage = PngHeader &
  Omit<PngChunks, 'header' | 'data'> & {
    samples: Uint8Array | Uint16Array; // [height, width, channels] 16 bits where depth is 16
  };

/**
 * Inflates zlib data, for which every platform has its own: node's `inflateSync`, a browser's library.
 *
 * @param length What comes out must be exactly so long; more must not be made of it
 */
export type Inflate = (data: Uint8Array, length: number) => Uint8Array;

/**
 * Reads any PNG: every color type and depth, interlaced or not.
 *
 * @throws at a file that is damaged, that inflates to more or less than its header says, or that is beyond the limits
 */
export function decodePng(file: Uint8Array, inflate: Inflate, limits?: PngLimits): PngImage {
  return pngImage(inflatePng(file, inflate, limits));
}

/** A PNG whose pixels are inflated, not yet unfiltered. */
export type InflatedPng = PngChunks & {
  filtered: Uint8Array; // of each pass [height, 1 + bytes of a row] each row begins with its filter
};

/** Checks and inflates a PNG. @throws as decodePng */
export function inflatePng(file: Uint8Array, inflate: Inflate, limits?: PngLimits): InflatedPng {
  const chunks = readPngChunks(file, limits);
  const length = lengthOf(chunks);
  let filtered: Uint8Array;
  try {
    filtered = inflate(chunks.data, length);
  } catch (error) {
    throw notInflated(error);
  }
  return { ...chunks, filtered: requireLength(filtered, length) };
}

/** Deflate makes at most 1032 bytes of one. */
const MOST_OF_A_BYTE = 1032;

/** Number of bytes that the pixels inflate to. @throws where the data cannot be so much, before memory is taken */
export function lengthOf({ header, data }: PngChunks): number {
  const { length } = passesOf(header);
  if (length <= data.length * MOST_OF_A_BYTE) return length;
  throw new RangeError(`decodePng: expected ${length} bytes of pixels, got ${data.length} bytes of IDAT for them`);
}

/** The error of pixels that do not inflate. */
export function notInflated(error: unknown): RangeError {
  return new RangeError(`decodePng: expected pixels that inflate, got ${(error as Error).message}`, { cause: error });
}

/** @throws unless there are so many bytes */
export function requireLength(filtered: Uint8Array, length: number): Uint8Array {
  if (filtered.length === length) return filtered;
  throw new RangeError(`decodePng: expected ${length} bytes of pixels, got ${filtered.length}`);
}

/** The image of inflated pixels. @throws at a filter that PNG does not have */
export function pngImage({ header, data: _, filtered, ...chunks }: InflatedPng): PngImage {
  const { width, height, channels, depth } = header;
  const pixelBytes = Math.max(1, (channels * depth) / 8);
  const parts = passesOf(header).passes.map((pass) => {
    return { pass, samples: unpackSamples(unfilterBytes(filtered, pass, pixelBytes), pass, depth) };
  });
  if (!header.interlaced) return { ...header, ...chunks, samples: parts[0].samples };
  const samples = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels);
  for (const part of parts) placePass(part.pass, part.samples, header, samples);
  return { ...header, ...chunks, samples };
}
