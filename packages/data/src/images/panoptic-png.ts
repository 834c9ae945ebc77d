import { FormatError } from '@seg/checkpoint';
import { idToRgb, rgbToId } from '@seg/coco-eval';

import { readPngSamples } from './decode-png.ts';
import { encodePng } from './encode-png.ts';
import { IMAGE_LIMITS, type ImageLimits } from './image-limits.ts';

/** Segment ids per pixel, row by row. */
export type IdMap = { ids: Int32Array; width: number; height: number };

/** Segment ids as the colors of a PNG: id = R + 256 · G + 65536 · B (panopticapi, `id2rgb`). */
export function encodePanopticPng({ ids, width, height }: IdMap): Uint8Array {
  return encodePng({ data: idToRgb(ids), width, height });
}

/** @throws FormatError for anything but a PNG of 8-bit RGB, with or without alpha */
export function decodePanopticPng(bytes: Uint8Array, name: string, limits: ImageLimits = IMAGE_LIMITS): IdMap {
  const { data, width, height, channels, most, palette } = readPngSamples(bytes, name, limits);
  if (channels < 3 || most !== 255 || palette !== null) {
    const found = palette === null ? `${channels} channels` : 'a palette';
    throw new FormatError(`decodePanopticPng: expected ${name} to hold ids as RGB colors, got ${found}`);
  }
  return { ids: new Int32Array(rgbToId(data, channels)), width, height };
}
