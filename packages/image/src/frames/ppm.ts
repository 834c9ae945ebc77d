import { FormatError } from '@seg/checkpoint/safetensors';

import { checkImageSize, IMAGE_LIMITS } from '../image-limits.ts';
import type { RgbImage } from '../rgb-image.ts';

/** Bytes within which a header ends: three numbers with some room for comments. */
const HEADER = 1024;

type Header = { width: number; height: number; start: number };

/**
 * Length of a binary PPM, from its header: null where that is not there yet.
 *
 * @throws FormatError where the header is none, or has other than 8 bits a channel
 */
export function ppmBytes(bytes: Uint8Array, name: string): number | null {
  const header = readHeader(bytes, name);
  return header && header.start + 3 * header.width * header.height;
}

/** Decodes a binary PPM of 8 bits a channel (netpbm, "ppm"). @throws FormatError */
export function decodePpm(bytes: Uint8Array, name: string): RgbImage {
  const header = readHeader(bytes, name);
  if (header === null) throw new FormatError(`imageFrames: expected ${name} to have the header of a PPM, got it cut`);
  const { width, height, start } = header;
  return { data: bytes.slice(start, start + 3 * width * height), width, height };
}

function readHeader(bytes: Uint8Array, name: string): Header | null {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, HEADER));
  const found = /^P6(?:\s+|#[^\n]*\n)+(\d{1,6})(?:\s+|#[^\n]*\n)+(\d{1,6})(?:\s+|#[^\n]*\n)+(\d{1,5})\s/.exec(text);
  if (found === null && bytes.length < HEADER) return null;
  if (found === null) throw new FormatError(`imageFrames: expected ${name} to have the header of a PPM, got none`);
  const [width, height, most] = found.slice(1).map(Number);
  if (most !== 255) throw new FormatError(`imageFrames: expected ${name} of values up to 255, got ${most}`);
  checkImageSize(name, width, height, IMAGE_LIMITS);
  return { width, height, start: found[0].length };
}
