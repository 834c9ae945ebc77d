import type { RgbImage } from '@seg/core';
import { encode } from 'fast-png';

/** PNG bytes of an 8-bit RGB image. */
export function encodePng({ data, width, height }: RgbImage): Uint8Array {
  return encode({ data, width, height, channels: 3, depth: 8 });
}
