import type { PngHeader } from './png-chunks.ts';

/** A smaller image within an image, every so many pixels of it, whose rows are filtered on their own. */
export type PngPass = {
  width: number;
  height: number;
  left: number;
  top: number;
  stepX: number;
  stepY: number;
  /** Offset of its rows among the inflated bytes. */
  from: number;
  /** Bytes of a row without its filter. */
  rowBytes: number;
};

/** Adam7: left, top, step across, step down (PNG, §8.1). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** The passes of a PNG that have pixels, in the order of the file, and how many bytes they are. */
export function passesOf(header: PngHeader): { passes: PngPass[]; length: number } {
  const { width, height, depth, channels, interlaced } = header;
  const passes: PngPass[] = [];
  let length = 0;
  for (const [left, top, stepX, stepY] of interlaced ? ADAM7 : [[0, 0, 1, 1]]) {
    const size = { width: Math.ceil((width - left) / stepX), height: Math.ceil((height - top) / stepY) };
    if (size.width <= 0 || size.height <= 0) continue;
    const rowBytes = Math.ceil((size.width * channels * depth) / 8);
    passes.push({ ...size, left, top, stepX, stepY, from: length, rowBytes });
    length += size.height * (1 + rowBytes);
  }
  return { passes, length };
}
