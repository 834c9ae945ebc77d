import { FormatError } from '@seg/checkpoint/errors';
import type { RgbImage } from '@seg/image';
import { withoutAlpha } from '@seg/image/without-alpha';

import { foreignPixels } from './foreign-pixels.ts';

/** Pixels of what a canvas draws, over white where it is translucent, as a page shows it. */
export function bitmapPixels(bitmap: ImageBitmap): RgbImage {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new FormatError(`readPicture: expected a canvas of ${width}x${height}, got none`);
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  return { data: withoutAlpha(readPixels(context, width, height)), width, height };
}

function readPixels(context: OffscreenCanvasRenderingContext2D, width: number, height: number): Uint8ClampedArray {
  try {
    return context.getImageData(0, 0, width, height).data;
  } catch (error) {
    throw foreignPixels(error);
  }
}
