import { FormatError } from '@seg/checkpoint';
import jpeg from 'jpeg-js';

import { checkImageSize, type ImageLimits } from '../image-limits.ts';
import { orient } from '../orientation.ts';
import type { RgbImage } from '../rgb-image.ts';
import { convertToRgb } from './jpeg-colors.ts';
import { type JpegHeader, readJpegHeader } from './jpeg-header.ts';

const BYTES_PER_PIXEL = 32;
const COMMENT = 0xfe;

/**
 * JPEG to RGB: baseline and progressive, grey, color and CMYK (as Pillow: each ink times black), chroma interpolated as
 * libjpeg does, turned upright by its EXIF orientation, as detectron2 and the Hugging Face pipelines do.
 *
 * @throws FormatError
 */
export function decodeJpeg(bytes: Uint8Array, name: string, limits: ImageLimits): RgbImage {
  const header = readJpegHeader(bytes, name);
  checkImageSize(name, header.width, header.height, limits);
  const isColor = header.components.length === 3;
  const { data, width, height } = decode(isColor ? withoutAdobe(bytes, header) : bytes, name, isColor, limits);
  if (isYcc(header)) convertToRgb(data as Uint8Array, width, height, header.components);
  return orient({ data, width, height }, header.orientation);
}

/** How libjpeg guesses: JFIF promises YCbCr, Adobe's segment says it, else component ids may spell RGB. */
function isYcc({ components, isJfif, adobeTransform }: JpegHeader): boolean {
  if (components.length !== 3) return false;
  if (isJfif) return true;
  if (adobeTransform !== null) return adobeTransform !== 0;
  return String.fromCharCode(...components.map(({ id }) => id)) !== 'RGB';
}

/** jpeg-js converts colors whatever it is told where Adobe's segment says so, hence a copy whose segment is a comment. */
function withoutAdobe(bytes: Uint8Array, { adobeAt }: JpegHeader): Uint8Array {
  if (adobeAt === null) return bytes;
  const copy = bytes.slice();
  copy[adobeAt + 1] = COMMENT;
  return copy;
}

/** Three components as they are stored; jpeg-js's colors for one and four. */
function decode(bytes: Uint8Array, name: string, isRaw: boolean, { maxPixels }: ImageLimits): RgbImage {
  try {
    return jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: maxPixels / 1e6,
      maxMemoryUsageInMB: (BYTES_PER_PIXEL * maxPixels) / 2 ** 20,
      ...(isRaw ? { colorTransform: false } : {}),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`decodeImage: expected ${name} to be a sound JPEG, got a damaged one (${reason})`);
  }
}
