/**
 * The PNG reader: every color type and depth, interlaced or not, as raw samples. In Node it inflates with node:zlib, on a
 * page with DecompressionStream.
 *
 * @packageDocumentation
 */

import { inflate } from '#inflate';
import { lengthOf, notInflated, type PngImage, pngImage, requireLength } from './decode-png.ts';
import { type PngLimits, readPngChunks } from './png-chunks.ts';

export { decodePng as decodePngWith, type Inflate, type PngImage } from './decode-png.ts';
export type { PngChunks, PngHeader, PngLimits } from './png-chunks.ts';
export { crc32, readPngChunks } from './png-chunks.ts';
export { type LabelMap, labelsOf } from './segmentation-png.ts';

/**
 * Reads any PNG with what the platform inflates with.
 *
 * @throws at a file that is damaged, that inflates to more or less than its header says, or that is beyond the limits
 */
export async function decodePng(file: Uint8Array, limits?: PngLimits): Promise<PngImage> {
  const chunks = readPngChunks(file, limits);
  const length = lengthOf(chunks);
  let filtered: Uint8Array;
  try {
    filtered = await inflate(chunks.data, length);
  } catch (error) {
    throw notInflated(error);
  }
  return pngImage({ ...chunks, filtered: requireLength(filtered, length) });
}
