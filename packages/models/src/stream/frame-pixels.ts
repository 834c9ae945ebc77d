import { expectImage, type RgbImage } from '@seg/image';
import { platform } from '#platform';

/**
 * Pixels of a frame as bytes.
 *
 * @throws RangeError or TypeError where it is no image
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

/** RGB of RGBA bytes; alpha is not read. */
export function withoutAlpha(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let to = 0, from = 0; to < rgb.length; to += 3, from += 4) {
    rgb[to] = rgba[from];
    rgb[to + 1] = rgba[from + 1];
    rgb[to + 2] = rgba[from + 2];
  }
  return rgb;
}
