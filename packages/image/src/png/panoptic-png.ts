import { expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import { FormatError } from '@seg/checkpoint/safetensors';
import { idToRgb, rgbToId } from '@seg/coco-eval';

import { expectBytes } from '../expect-bytes.ts';
import { IMAGE_LIMITS, type ImageLimits } from '../image-limits.ts';
import { encodePng } from './encode-png.ts';
import { readPng } from './read-png.ts';

/** Segment ids per pixel, row by row. */
export type IdMap = { ids: Int32Array; width: number; height: number };

const A_MAP: OptionCheck = ['a map with ids', (value) => (value as IdMap | null)?.ids !== undefined];

/** Encodes segment ids as the colors of a PNG: id = R + 256 · G + 65536 · B (panopticapi, `id2rgb`). */
export function encodePanopticPng(map: IdMap): Uint8Array {
  expectValue('encodePanopticPng', 'map', map, A_MAP);
  const { ids, width, height } = map;
  if (ids.length !== width * height) {
    throw new RangeError(`encodePanopticPng: expected an id for each pixel of ${width}x${height}, got ${ids.length}`);
  }
  return encodePng({ data: idToRgb(ids), width, height });
}

/**
 * Decodes segment ids that are the colors of a PNG.
 *
 * @throws FormatError for anything but a PNG of 8-bit RGB, with or without alpha
 */
export async function decodePanopticPng(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = IMAGE_LIMITS,
): Promise<IdMap> {
  expectBytes('decodePanopticPng', bytes, name);
  const { samples, width, height, channels, depth } = await readPng(bytes, name, limits);
  if (channels < 3 || depth !== 8) {
    const found = `${channels} channels of ${depth} bits`;
    throw new FormatError(`decodePanopticPng: ${name}: expected ids as RGB of 8 bits, got ${found}`);
  }
  return { ids: new Int32Array(rgbToId(samples as Uint8Array, channels as 3 | 4)), width, height };
}
