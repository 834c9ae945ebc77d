import { encodeRle, type Rle } from '@seg/coco-eval';
import type { ImageSize } from '@seg/image';

import { type BoxMask, paintMask } from './box-mask.ts';

/** Run lengths of a mask in its whole image, as COCO stores them. */
export function maskRle(mask: BoxMask, [height, width]: ImageSize): Rle {
  const dense = new Uint8Array(height * width);
  paintMask(dense, width, mask, 1);
  return encodeRle(dense, height, width);
}
