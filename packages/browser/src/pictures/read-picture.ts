import type { RgbImage } from '@seg/image';
import { expectObject } from '../expect-object.ts';
import { bitmapPixels } from './bitmap-pixels.ts';
import { pictureBitmap } from './picture-bitmap.ts';
import { isRgb, PICTURE, type PictureOptions, type PictureSource } from './picture-source.ts';

/**
 * Reads a picture of any kind as RGB bytes: turned upright, over white where it is translucent, reduced while it is decoded.
 * Works in a page and in a worker of one; a video gives the frame that it shows.
 *
 * @throws FormatError naming the file where it is none, has too many pixels, cannot be fetched or may not be read; the
 *   signal's reason
 */
export async function readPicture(source: PictureSource, options: PictureOptions = {}): Promise<RgbImage> {
  expectObject('readPicture', options, PICTURE);
  if (isRgb(source)) return source;
  const bitmap = await pictureBitmap(source, options);
  try {
    return bitmapPixels(bitmap);
  } finally {
    bitmap.close();
  }
}
