import { expectImage, type RgbImage, withoutAlpha } from '@seg/image';
import { platform } from '#platform';

/**
 * Pixels of a frame as bytes.
 *
 * @throws RangeError or TypeError where it is no image, FormatError where its pixels are of another origin
 */
export function framePixels(image: unknown): RgbImage {
  const drawn = platform.drawnPixels(image);
  if (drawn !== null) return drawn;
  if (hasAlpha(image)) return { data: withoutAlpha(image.data), width: image.width, height: image.height };
  expectImage('Segmenter.stream', image);
  return image;
}

function hasAlpha(image: unknown): image is RgbImage {
  const { data, width, height } = (image ?? {}) as Partial<RgbImage>;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) return false;
  return data.length > 0 && data.length === 4 * (width ?? 0) * (height ?? 0);
}
