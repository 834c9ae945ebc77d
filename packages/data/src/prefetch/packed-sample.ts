import type { MaskSample, MaskSegment } from '../data-sets/mask-sample.ts';
import type { BoxMask, PixelBox } from '../masks/box-mask.ts';

/** A sample whose bytes lie one after another, so that a thread can hand them over without a copy. */
export type PackedSample = {
  name: string;
  width: number;
  height: number;
  segments: (Omit<MaskSegment, 'mask'> & { box: PixelBox })[];
  unknown: PixelBox | null;
  /** Pixels, then each mask, then the unknown. */
  bytes: Uint8Array<ArrayBuffer>;
};

/** Copies a sample into one buffer. */
export function packSample({ name, image, segments, unknown }: MaskSample): PackedSample {
  const parts = [image.data, ...segments.map(({ mask }) => mask.data), ...(unknown === null ? [] : [unknown.data])];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return {
    name,
    width: image.width,
    height: image.height,
    segments: segments.map(({ mask, ...rest }) => ({ ...rest, box: boxOf(mask) })),
    unknown: unknown && boxOf(unknown),
    bytes,
  };
}

/** The sample again, its pixels and masks as views of the buffer. */
export function unpackSample({ name, width, height, segments, unknown, bytes }: PackedSample): MaskSample {
  let at = 0;
  const next = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const maskOf = (box: PixelBox): BoxMask => ({ ...box, data: next(box.width * box.height) });
  return {
    name,
    image: { data: next(3 * width * height), width, height },
    segments: segments.map(({ box, ...rest }) => ({ mask: maskOf(box), ...rest })),
    unknown: unknown && maskOf(unknown),
  };
}

function boxOf({ x, y, width, height }: BoxMask): PixelBox {
  return { x, y, width, height };
}
