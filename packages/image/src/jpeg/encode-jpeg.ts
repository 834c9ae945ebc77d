import jpeg from 'jpeg-js';
import type { RgbImage } from '../rgb-image.ts';

/**
 * Baseline JPEG bytes of an 8-bit RGB image, without chroma subsampling. Node only: jpeg-js encodes into a `Buffer`.
 *
 * @param quality 1 to 100
 */
export function encodeJpeg({ data, width, height }: RgbImage, quality = 92): Uint8Array {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return Uint8Array.from(jpeg.encode({ data: rgba, width, height }, quality).data);
}
