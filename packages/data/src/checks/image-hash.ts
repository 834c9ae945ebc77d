import { createHash } from 'node:crypto';
import type { RgbImage } from '@seg/image';

/** A text that equal pixels share, whatever file they are stored in. */
export function imageHash({ data, width, height }: RgbImage): string {
  return createHash('sha256').update(`${width}x${height}:`).update(data).digest('hex');
}

/** A text that equal bytes share. */
export function bytesHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
