import { bigEndian16, type PngHeader } from './png-chunks.ts';
import type { PngPass } from './png-passes.ts';

/** One number a sample: bytes as they are, two bytes as one number, less than a byte from its high bits on. */
export function unpackSamples(bytes: Uint8Array, { width, height, rowBytes }: PngPass, depth: number) {
  if (depth === 8) return bytes;
  if (depth === 16) return bigEndian16(bytes);
  const samples = new Uint8Array(width * height);
  const most = 2 ** depth - 1;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0, bit = y * rowBytes * 8; x < width; x++, bit += depth)
      samples[p++] = (bytes[bit >> 3] >> (8 - depth - (bit & 7))) & most;
  }
  return samples;
}

/** Puts the pixels of a pass where they are in the image. */
export function placePass(
  pass: PngPass,
  from: Uint8Array | Uint16Array,
  { width, channels }: Pick<PngHeader, 'width' | 'channels'>,
  image: Uint8Array | Uint16Array,
): void {
  let k = 0;
  for (let y = 0; y < pass.height; y++) {
    const row = (pass.top + y * pass.stepY) * width;
    for (let x = 0; x < pass.width; x++) {
      const at = (row + pass.left + x * pass.stepX) * channels;
      for (let c = 0; c < channels; c++) image[at + c] = from[k++];
    }
  }
}
