import { FormatError } from '@seg/checkpoint/safetensors';
import { decodePng, type PngChunks, type PngImage, readPngChunks } from '@seg/coco-eval/png';

import { recognizeFormat } from '../image-format.ts';
import { checkImageSize, IMAGE_LIMITS, type ImageLimits } from '../image-limits.ts';

/** End of the height in a PNG whose first chunk is IHDR. */
const SIZE_END = 24;

/**
 * Reads a PNG's samples as stored, before they are colors.
 *
 * @param name Of the file, for messages
 * @throws FormatError that names the file
 */
export async function readPng(bytes: Uint8Array, name: string, limits: ImageLimits = IMAGE_LIMITS): Promise<PngImage> {
  requireSignature(bytes, name);
  if (bytes.length >= SIZE_END) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    checkImageSize(name, view.getUint32(16), view.getUint32(20), limits);
  }
  try {
    return await decodePng(bytes);
  } catch (error) {
    throw withName(error, name);
  }
}

/**
 * Reads the chunks of a PNG, without its pixels.
 *
 * @throws FormatError that names the file
 */
export function readChunks(bytes: Uint8Array, name: string): PngChunks {
  requireSignature(bytes, name);
  try {
    return readPngChunks(bytes);
  } catch (error) {
    throw withName(error, name);
  }
}

function withName(error: unknown, name: string): FormatError {
  return new FormatError((error as Error).message.replace('decodePng', `decodeImage: ${name}`), { cause: error });
}

function requireSignature(bytes: Uint8Array, name: string): void {
  const format = recognizeFormat(bytes);
  if (format === 'png') return;
  const found = format === 'jpeg' ? 'a JPEG' : format.other;
  throw new FormatError(`decodeImage: ${name}: expected a PNG, got ${found}`);
}
