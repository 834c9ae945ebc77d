import { type Category, drawOverlay, type RgbImage, type Segment } from '@seg/image';

import { resizeSample } from '../augment/resize.ts';
import { toPanopticSample } from '../data-sets/mask-conversions.ts';
import type { MaskSample } from '../data-sets/mask-sample.ts';
import { expectNumber } from '../expect-number.ts';
import { expectSample } from '../expect-sample.ts';
import { maskArea, maskBox, paintMask } from '../masks/box-mask.ts';

/** Share of the light that pixels of which nothing is known keep. */
const DIMMED = 0.35;

/**
 * Draws a sample with its masks and their names, its longer side `side` pixels long. Smaller objects lie on larger ones; where
 * nothing is known, it is dark.
 */
export function drawSample(sample: MaskSample, categories: readonly Category[], side: number): RgbImage {
  expectSample('drawSample', sample);
  expectNumber('drawSample', 'side', side, { least: 1 });
  const { height, width } = sample.image;
  const scale = side / Math.max(height, width);
  const size = [height, width].map((length) => Math.max(1, Math.round(length * scale))) as [number, number];
  const small = resizeSample(sample, size);
  const { ids } = toPanopticSample(small, categories);
  const segments = small.segments.map(({ mask, category }, i): Segment => {
    const { x, y, width: wide, height: tall } = maskBox(mask) ?? { x: 0, y: 0, width: 0, height: 0 };
    const { isThing } = categories[category];
    return { id: i + 1, category, isThing, score: 1, area: maskArea(mask), bbox: [x, y, wide, tall] };
  });
  const map = { ids, width: size[1], height: size[0], segments: segments.filter(({ id }) => ids.includes(id)) };
  return drawOverlay(dimmed(small), map, categories, { scores: false });
}

function dimmed({ image, unknown }: MaskSample): RgbImage {
  if (unknown === null) return image;
  const marks = new Uint8Array(image.width * image.height);
  paintMask(marks, image.width, unknown, 1);
  const data = Uint8Array.from(image.data, (value, i) => (marks[Math.floor(i / 3)] === 1 ? value * DIMMED : value));
  return { ...image, data };
}
