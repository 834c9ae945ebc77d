import { ANYTHING, expectOptions } from '@seg/checkpoint/expect-options';
import { FormatError } from '@seg/checkpoint/safetensors';

/**
 * Bounds of an image, checked from the file's header before anything of the image's size is allocated. Decoding takes
 * about 15 bytes a pixel.
 */
export type ImageLimits = {
  /** Shortest side in pixels. */
  minSide: number;
  /** Longest side in pixels. */
  maxSide: number;
  /** Width times height. */
  maxPixels: number;
};

/**
 * Bounds unless told otherwise: 50 megapixels are what phones take at most in a file of their own, and 750 MB while they
 * are decoded. 16384 is the side at which textures and canvases end.
 */
export const IMAGE_LIMITS: ImageLimits = { minSide: 1, maxSide: 16_384, maxPixels: 50_000_000 };

/** Refuses names that nobody knows; values are checked where they are read. */
export function expectLimits(where: string, limits: ImageLimits): void {
  expectOptions(where, limits, { minSide: ANYTHING, maxSide: ANYTHING, maxPixels: ANYTHING });
  const numbers = [limits.minSide, limits.maxSide, limits.maxPixels];
  if (numbers.every((limit) => limit > 0)) return;
  throw new FormatError(`${where}: expected limits in numbers, got ${numbers.join(', ')}`);
}

/** @throws FormatError for a size out of bounds */
export function checkImageSize(name: string, width: number, height: number, limits: ImageLimits): void {
  const { minSide, maxSide, maxPixels } = limits;
  const size = `${width}x${height} pixels`;
  if (Math.min(width, height) < minSide) {
    throw new FormatError(`decodeImage: expected ${name} to have sides of ${minSide} pixels or more, got ${size}`);
  }
  if (Math.max(width, height) > maxSide) {
    throw new FormatError(`decodeImage: expected ${name} to have sides of at most ${maxSide} pixels, got ${size}`);
  }
  if (width * height > maxPixels) {
    throw new FormatError(`decodeImage: expected ${name} to have at most ${maxPixels / 1e6} megapixels, got ${size}`);
  }
}
