import { A_FUNCTION } from '@seg/checkpoint/expect-options';
import type { Random } from '@seg/core';
import type { MaskSample, MaskSegment } from '../data-sets/mask-sample.ts';
import { type BoxMask, cropBoxMask, maskArea, maskBox, subtractMask } from '../masks/box-mask.ts';
import { joinMasks } from '../masks/join-masks.ts';
import { COPY_PASTE, expectAugment } from './step-checks.ts';

/** Choice of what is pasted. */
export type CopyPasteOptions = {
  /** Chance of each object. Default: 0.5, as published */
  share?: number;
  /** True of classes that can be pasted: things. Default: all */
  isThing?: (category: number) => boolean;
  /** Of the pixels of a covered segment that stay in sight; see `cropSample`. */
  leastShare?: number;
};

/**
 * Pastes a random part of another image's objects at their places, over what is there (Ghiasi et al. 2021, "Simple
 * Copy-Paste", section 3). Covered pixels are taken out of every other mask; segments that vanish are dropped. Draws one
 * random number for each object of the source that can be pasted.
 */
export function copyPaste(
  target: MaskSample,
  source: MaskSample,
  options: CopyPasteOptions,
  random: Random,
): MaskSample {
  expectAugment('copyPaste', options, { ...COPY_PASTE, isThing: A_FUNCTION }, []);
  const { share = 0.5, isThing = () => true, leastShare = 0 } = options;
  const frame = { x: 0, y: 0, width: target.image.width, height: target.image.height };
  const movable = source.segments.filter(({ category, isCrowd }) => !isCrowd && isThing(category));
  const pasted = movable
    .filter(() => random() < share)
    .map((segment) => ({ ...segment, mask: cropBoxMask(segment.mask, frame) }))
    .filter(({ mask }) => maskBox(mask) !== null);
  if (pasted.length === 0) return target;
  const cover = joinMasks(pasted.map(({ mask }) => mask));
  const { seen, remains } = uncovered(target.segments, cover, leastShare);
  const unknown = [...(target.unknown === null ? [] : [subtractMask(target.unknown, cover)]), ...remains];
  return {
    ...target,
    image: { ...target.image, data: painted(target, source, cover) },
    segments: [...seen, ...pasted],
    unknown: unknown.some((mask) => maskBox(mask) !== null) ? joinMasks(unknown) : null,
  };
}

function uncovered(segments: readonly MaskSegment[], cover: BoxMask, leastShare: number) {
  const seen: MaskSegment[] = [];
  const remains: BoxMask[] = [];
  for (const segment of segments) {
    const mask = subtractMask(segment.mask, cover);
    const area = maskArea(mask);
    if (area === 0) continue;
    if (area >= leastShare * maskArea(segment.mask)) seen.push({ ...segment, mask });
    else remains.push(mask);
  }
  return { seen, remains };
}

/** Pixels of the source where it covers the target. */
function painted({ image }: MaskSample, source: MaskSample, { x, y, width, height, data }: BoxMask): Uint8Array {
  const pixels = Uint8Array.from(image.data);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      if (data[i] === 0) continue;
      const from = 3 * ((y + row) * source.image.width + x + column);
      const to = 3 * ((y + row) * image.width + x + column);
      for (let c = 0; c < 3; c++) pixels[to + c] = source.image.data[from + c];
    }
  }
  return pixels;
}
