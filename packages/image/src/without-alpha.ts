import { expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';

const FOUR_BYTES: OptionCheck = [
  'four bytes for each pixel',
  (value) => (value instanceof Uint8Array || value instanceof Uint8ClampedArray) && value.length % 4 === 0,
];

/** RGB of RGBA bytes; alpha is not read. @returns Three bytes for every four */
export function withoutAlpha(rgba: Uint8Array | Uint8ClampedArray): Uint8Array {
  expectValue('withoutAlpha', 'rgba', rgba, FOUR_BYTES);
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let to = 0, from = 0; to < rgb.length; to += 3, from += 4) {
    rgb[to] = rgba[from];
    rgb[to + 1] = rgba[from + 1];
    rgb[to + 2] = rgba[from + 2];
  }
  return rgb;
}
