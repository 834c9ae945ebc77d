import { FormatError } from '@seg/checkpoint';
import { recognizeFormat } from './image-format.ts';
import { IMAGE_LIMITS, type ImageLimits } from './image-limits.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import { decodePng } from './png/decode-png.ts';
import type { RgbImage } from './rgb-image.ts';

/**
 * Decodes JPEG or PNG bytes to RGB. Trusts nothing: the format comes from the content, the size is checked before memory is
 * taken, and whatever is wrong is one line that names the file, what was expected and what was found.
 *
 * @param name Of the file, for messages
 * @throws FormatError
 */
export async function decodeImage(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = IMAGE_LIMITS,
): Promise<RgbImage> {
  const format = recognizeFormat(bytes);
  if (format === 'png') return decodePng(bytes, name, limits);
  if (format === 'jpeg') return decodeJpeg(bytes, name, limits);
  throw new FormatError(`decodeImage: expected ${name} to be a JPEG or PNG image, got ${format.other}`);
}
