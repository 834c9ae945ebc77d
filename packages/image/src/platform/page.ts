import { FormatError } from '@seg/checkpoint/safetensors';
import { zlibSync } from 'fflate';

import { checkImageSize, type ImageLimits } from '../image-limits.ts';
import type { RgbImage } from '../rgb-image.ts';
import { withoutAlpha } from '../without-alpha.ts';

/** Reader of formats other than JPEG and PNG, for messages. */
export const OTHER_READER = 'a browser that knows it';

/** Packs bytes as zlib data. A page's own CompressionStream would make every caller wait. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return zlibSync(bytes);
}

/**
 * Decodes a format that is not ours with the browser's decoder, color profiles left alone.
 *
 * @returns null where the browser cannot
 * @throws FormatError at translucent pixels, whose colors a canvas multiplies by their alpha and rounds
 */
export async function decodeOther(bytes: Uint8Array, name: string, limits: ImageLimits): Promise<RgbImage | null> {
  if (globalThis.createImageBitmap === undefined || globalThis.OffscreenCanvas === undefined) return null;
  const bitmap = await decodeBitmap(bytes);
  if (bitmap === null) return null;
  const { width, height } = bitmap;
  try {
    checkImageSize(name, width, height, limits);
    const context = new OffscreenCanvas(width, height).getContext('2d');
    if (context === null) return null;
    context.drawImage(bitmap, 0, 0);
    return { data: opaque(context.getImageData(0, 0, width, height).data, name), width, height };
  } finally {
    bitmap.close();
  }
}

async function decodeBitmap(bytes: Uint8Array): Promise<ImageBitmap | null> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  try {
    return await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch {
    return null; // an unknown format, or a damaged file: browsers do not say
  }
}

function opaque(rgba: Uint8ClampedArray, name: string): Uint8Array {
  for (let alpha = 3; alpha < rgba.length; alpha += 4) {
    if (rgba[alpha] === 255) continue;
    const found = `alpha ${rgba[alpha]}, whose colors a page cannot tell`;
    throw new FormatError(`decodeImage: ${name}: expected opaque pixels where the browser decodes, got ${found}`);
  }
  return withoutAlpha(rgba);
}
