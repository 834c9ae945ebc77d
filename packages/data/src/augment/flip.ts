import type { RgbImage } from '@seg/image';

import type { MaskSample } from '../data-sets/mask-sample.ts';
import { expectSample } from '../expect-sample.ts';
import { type BoxMask, mirrorColumns, mirrorRows } from '../masks/box-mask.ts';

/** Left and right exchanged, in pixels and masks. */
export function flipHorizontally(sample: MaskSample): MaskSample {
  expectSample('flipHorizontally', sample);
  const { width } = sample.image;
  return changed(sample, (mask) => mirrorColumns(mask, width), mirroredColumns(sample.image));
}

/** Top and bottom exchanged: for photographs from above, which have none. */
export function flipVertically(sample: MaskSample): MaskSample {
  expectSample('flipVertically', sample);
  const { height } = sample.image;
  return changed(sample, (mask) => mirrorRows(mask, height), mirroredRows(sample.image));
}

function changed(sample: MaskSample, change: (mask: BoxMask) => BoxMask, image: RgbImage): MaskSample {
  return {
    ...sample,
    image,
    segments: sample.segments.map((segment) => ({ ...segment, mask: change(segment.mask) })),
    unknown: sample.unknown && change(sample.unknown),
  };
}

function mirroredColumns({ data, width, height }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [source, target] = [3 * (y * width + width - 1 - x), 3 * (y * width + x)];
      for (let c = 0; c < 3; c++) flipped[target + c] = data[source + c];
    }
  }
  return { data: flipped, width, height };
}

function mirroredRows({ data, width, height }: RgbImage): RgbImage {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    flipped.set(data.subarray(3 * (height - 1 - y) * width, 3 * (height - y) * width), 3 * y * width);
  }
  return { data: flipped, width, height };
}
