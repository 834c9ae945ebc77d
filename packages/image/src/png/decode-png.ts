import { FormatError } from '@seg/checkpoint/safetensors';
import type { PngImage } from '@seg/coco-eval/png';

import { IMAGE_LIMITS, type ImageLimits } from '../image-limits.ts';
import { exifOrientation, orient } from '../orientation.ts';
import type { RgbImage } from '../rgb-image.ts';
import { readPng } from './read-png.ts';

/** Color type of pixels that are indices of a palette (PNG, §11.2.1). */
const PALETTE = 3;

/**
 * Decodes a PNG as Pillow's `convert('RGB')` does: gray repeated, palette looked up, alpha dropped, not composited.
 * 16-bit samples keep their high byte, also gray ones, which Pillow clips to white. Turned upright by EXIF, as JPEGs are.
 *
 * @param name Of the file, for messages
 * @throws FormatError that names the file
 */
export async function decodePng(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = IMAGE_LIMITS,
): Promise<RgbImage> {
  const png = await readPng(bytes, name, limits);
  const { width, height, colorType, exif } = png;
  const image = { data: colorType === PALETTE ? lookUp(png, name) : rgbOf(png), width, height };
  return orient(image, (exif && exifOrientation(exif)) ?? 1);
}

function rgbOf({ samples, channels, depth }: PngImage): Uint8Array {
  if (channels === 3 && depth === 8) return samples as Uint8Array;
  const toByte = depth === 16 ? 1 / 256 : 255 / (2 ** depth - 1);
  const step = channels < 3 ? 0 : 1;
  const rgb = new Uint8Array((3 * samples.length) / channels);
  for (let i = 0, from = 0; i < rgb.length; i += 3, from += channels) {
    for (let c = 0; c < 3; c++) rgb[i + c] = samples[from + step * c] * toByte;
  }
  return rgb;
}

function lookUp({ samples, palette = new Uint8Array(0) }: PngImage, name: string): Uint8Array {
  const rgb = new Uint8Array(3 * samples.length);
  for (let i = 0; i < samples.length; i++) {
    const from = 3 * samples[i];
    if (from >= palette.length) {
      const found = `${samples[i]} of ${palette.length / 3} colors`;
      throw new FormatError(`decodeImage: ${name}: expected indices of its palette, got ${found}`);
    }
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = palette[from + c];
  }
  return rgb;
}
