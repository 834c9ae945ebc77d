import { FormatError } from '@seg/checkpoint/safetensors';
import { decodeOther, OTHER_READER } from '#platform';
import { expectBytes } from './expect-bytes.ts';
import { recognizeFormat } from './image-format.ts';
import { expectLimits, IMAGE_LIMITS, type ImageLimits } from './image-limits.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import { decodePng } from './png/decode-png.ts';
import type { RgbImage } from './rgb-image.ts';

/**
 * Decodes JPEG or PNG bytes to RGB, and WebP, TIFF, AVIF and GIF where the platform can: in Node with the package sharp, on a
 * page with the browser's decoders. Trusts nothing: the format comes from the content, the size is checked before memory is
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
  expectBytes('decodeImage', bytes, name);
  expectLimits('decodeImage', limits);
  const format = recognizeFormat(bytes);
  if (format === 'png') return decodePng(bytes, name, limits);
  if (format === 'jpeg') return decodeJpeg(bytes, name, limits);
  return decodeElse(bytes, name, limits, format.other);
}

/** Kinds that a decoder of the platform may read; see `recognizeFormat`. */
const READ_ELSEWHERE: readonly string[] = ['a WebP', 'a TIFF', 'a HEIF or AVIF', 'a GIF'];

async function decodeElse(bytes: Uint8Array, name: string, limits: ImageLimits, kind: string): Promise<RgbImage> {
  const isReadElsewhere = READ_ELSEWHERE.includes(kind);
  const image = isReadElsewhere ? await orRefuse(decodeOther(bytes, name, limits), name, kind) : null;
  if (image !== null) return image;
  const found = isReadElsewhere ? `${kind}, which needs ${OTHER_READER}` : kind;
  throw new FormatError(`decodeImage: expected ${name} to be a JPEG or PNG image, got ${found}`);
}

async function orRefuse(decoding: Promise<RgbImage | null>, name: string, kind: string): Promise<RgbImage | null> {
  try {
    return await decoding;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const reason = (error as Error).message.split('\n')[0];
    throw new FormatError(`decodeImage: ${name}: expected ${kind} that is sound, got one that is not (${reason})`, {
      cause: error,
    });
  }
}
