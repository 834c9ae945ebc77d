import { FormatError } from '@seg/checkpoint';
import type { RgbImage } from '@seg/core';
import { type DecodedPng, decode } from 'fast-png';

import { recognizeFormat } from './image-format.ts';
import { checkImageSize, IMAGE_LIMITS, type ImageLimits } from './image-limits.ts';
import { type PngHeader, readPngChunks } from './png-chunks.ts';

/** The samples of a PNG, one number each, before they are made colors. */
export type PngSamples = {
  /** [H · W · channels] of 8 bits; 16-bit samples keep their high byte. */
  data: Uint8Array;
  width: number;
  height: number;
  channels: number;
  /** Largest value that a sample can have: 255, less for 1 to 4 bits. */
  most: number;
  /** RGB entries, null for files without indices. */
  palette: readonly (readonly number[])[] | null;
};

/**
 * PNG to RGB as Pillow's `convert('RGB')` does it: grey repeated, palette looked up, alpha dropped, not composited.
 * 16-bit samples keep their high byte, also grey ones (which Pillow clips to white).
 *
 * @throws FormatError
 */
export function decodePng(bytes: Uint8Array, name: string, limits: ImageLimits): RgbImage {
  const { data, width, height, channels, most, palette } = readPngSamples(bytes, name, limits);
  const rgb = new Uint8Array(width * height * 3);
  const scale = palette === null ? 255 / most : 1;
  for (let i = 0; i < width * height; i++) {
    const source = palette === null ? data : palette[data[i]];
    const start = palette === null ? i * channels : 0;
    const step = palette === null && channels < 3 ? 0 : 1;
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = source[start + step * c] * scale;
  }
  return { data: rgb, width, height };
}

/**
 * The samples of a PNG as stored, for label maps, where a palette is only decoration.
 *
 * @throws FormatError
 */
export function readPngSamples(bytes: Uint8Array, name: string, limits: ImageLimits = IMAGE_LIMITS): PngSamples {
  const format = recognizeFormat(bytes);
  if (format !== 'png') {
    const found = format === 'jpeg' ? 'a JPEG' : format.other;
    throw new FormatError(`decodeImage: expected ${name} to be a PNG, got ${found}`);
  }
  const { header, essential } = readPngChunks(bytes, name);
  checkImageSize(name, header.width, header.height, limits);
  checkDataLength(header, essential.length, name);
  const png = inflate(essential, name);
  const { width, height, channels, depth } = png;
  const data = depth < 8 ? unpackBits(png) : depth === 16 ? Uint8Array.from(png.data, (v) => v >> 8) : png.data;
  const palette = header.colorType === 3 ? (png.palette ?? []) : null;
  if (palette !== null && data.some((index) => index >= palette.length)) {
    throw new FormatError(
      `decodeImage: expected indices below ${palette.length} in ${name}, got one beyond its palette`,
    );
  }
  const most = depth < 8 ? 2 ** depth - 1 : 255;
  return { data: data as Uint8Array, width, height, channels, most, palette };
}

/** Deflate adds a thousandth to what it cannot compress: much more than that is no image. */
function checkDataLength({ width, height, depth, isInterlaced }: PngHeader, length: number, name: string): void {
  if (isInterlaced && depth < 8) {
    throw new FormatError(`decodeImage: expected ${name} to have 8 or 16 bits where interlaced, got ${depth}`);
  }
  const most = 2 * (width * 8 + 1) * height + 65_536;
  if (length > most) throw new FormatError(`decodeImage: expected at most ${most} bytes in ${name}, got ${length}`);
}

function inflate(essential: Uint8Array, name: string): DecodedPng {
  try {
    return decode(essential, { checkCrc: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`decodeImage: expected ${name} to be a sound PNG, got a damaged one (${reason})`);
  }
}

/** Samples of 1, 2 or 4 bits, first in the high bits, rows padded to whole bytes. */
function unpackBits({ data, width, height, depth }: DecodedPng): Uint8Array {
  const perByte = 8 / depth;
  const bytesPerRow = Math.ceil(width / perByte);
  const mask = 2 ** depth - 1;
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = data[y * bytesPerRow + Math.floor(x / perByte)];
      samples[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & mask;
    }
  }
  return samples;
}
