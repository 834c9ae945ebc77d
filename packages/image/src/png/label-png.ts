import { FormatError } from '@seg/checkpoint/safetensors';
import { type LabelMap, labelsOf } from '@seg/coco-eval/png';

import { expectBytes } from '../expect-bytes.ts';
import { IMAGE_LIMITS, type ImageLimits } from '../image-limits.ts';
import { readPng } from './read-png.ts';

/**
 * Decodes a map of class labels: the numbers that Pillow and numpy read, and that evaluation counts.
 *
 * @throws FormatError for anything but a PNG of one channel, gray or palette indices
 */
export async function decodeLabelPng(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = IMAGE_LIMITS,
): Promise<LabelMap> {
  expectBytes('decodeLabelPng', bytes, name);
  const png = await readPng(bytes, name, limits);
  if (png.channels !== 1) {
    throw new FormatError(`decodeLabelPng: ${name}: expected one channel of labels, got ${png.channels}`);
  }
  return labelsOf(png);
}
