import { FormatError, type RgbImage } from '@seg/core';
import jpeg from 'jpeg-js';

import { checkImageSize, type ImageLimits } from './image-limits.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { orient } from './orientation.ts';

const BYTES_PER_PIXEL = 32;

/**
 * JPEG to RGB: baseline and progressive, grey, color and CMYK (as Pillow: each ink times black), turned upright by its
 * EXIF orientation, as detectron2 and the Hugging Face pipelines do.
 *
 * Chroma is upsampled by repetition where libjpeg interpolates, so values at sharp color edges differ from Pillow's.
 *
 * @throws FormatError
 */
export function decodeJpeg(bytes: Uint8Array, name: string, limits: ImageLimits): RgbImage {
  const header = readJpegHeader(bytes, name);
  checkImageSize(name, header.width, header.height, limits);
  const { data, width, height } = decode(bytes, name, header.components === 3 && header.adobeTransform === 0, limits);
  return orient({ data, width, height }, header.orientation);
}

function decode(bytes: Uint8Array, name: string, isRgb: boolean, { maxPixels }: ImageLimits): RgbImage {
  try {
    return jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: maxPixels / 1e6,
      maxMemoryUsageInMB: (BYTES_PER_PIXEL * maxPixels) / 2 ** 20,
      ...(isRgb ? { colorTransform: false } : {}),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`decodeImage: expected ${name} to be a sound JPEG, got a damaged one (${reason})`);
  }
}
