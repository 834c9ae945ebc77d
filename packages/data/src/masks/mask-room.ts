import { FormatError } from '@seg/checkpoint/safetensors';

import type { PixelBox } from './box-mask.ts';

/** Most bytes of the masks of one image, 2³⁰: a hundred objects that each fill a photograph of 10 megapixels. */
const MOST_MASK_BYTES = 2 ** 30;

/** Most masks of one image: annotated crowds of cells stay below 5,000. */
const MOST_MASKS = 20_000;

/** Bound of the memory that the masks of one image take, asked for before it is taken. */
export class MaskRoom {
  private readonly where: string;
  private bytes = 0;
  private masks = 0;

  constructor(where: string) {
    this.where = where;
  }

  /** @throws FormatError where the masks of the image become too many or too large */
  take({ width, height }: Pick<PixelBox, 'width' | 'height'>): void {
    this.bytes += width * height;
    if (++this.masks > MOST_MASKS) {
      throw new FormatError(`${this.where}: expected at most ${MOST_MASKS} masks of an image, got more`);
    }
    if (this.bytes > MOST_MASK_BYTES) {
      const most = `${MOST_MASK_BYTES / 2 ** 20} MB`;
      throw new FormatError(`${this.where}: expected masks that fill at most ${most} of an image, got more`);
    }
  }
}
