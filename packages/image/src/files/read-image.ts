import { readFile } from 'node:fs/promises';
import { systemReason } from '@seg/checkpoint/node';
import { FormatError } from '@seg/checkpoint/safetensors';

import { decodeImage } from '../decode-image.ts';
import { IMAGE_LIMITS, type ImageLimits } from '../image-limits.ts';
import type { RgbImage } from '../rgb-image.ts';

/**
 * Reads and decodes a JPEG or PNG file.
 *
 * @throws FormatError naming the file, what was expected and what was found
 */
export async function readImage(file: string, limits: ImageLimits = IMAGE_LIMITS): Promise<RgbImage> {
  return decodeImage(await readBytes(file), file, limits);
}

/**
 * Reads a file's bytes.
 *
 * @throws FormatError where there is no file to read
 */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new FormatError(`readImage: expected to read ${file}, got ${systemReason(error)}`);
  }
}
