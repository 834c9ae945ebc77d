import type { IdRunsBuilder } from '../panoptic/id-runs.ts';

/** A truecolor PNG of 8 bits that is inflated, not yet unfiltered. */
export type FilteredColors = {
  filtered: Uint8Array; // [height, 1 + width · channels] each row begins with its filter
  width: number;
  height: number;
  channels: 3 | 4;
};

/**
 * Undoes the filters with a whole pixel in one number, R + 256 · G + 65536 · B (+ 2²⁴ · A), and hands the rows on as
 * runs. In label maps most rows are written as their differences to the row above, nearly all of which are zero: those
 * are passed over by words, and the runs above them kept.
 *
 * @throws at a filter that PNG does not have
 */
export function unfilterRuns({ filtered, width, height, channels }: FilteredColors, runs: IdRunsBuilder): void {
  const bytes = filtered.byteOffset % 4 === 0 ? filtered : filtered.slice();
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const rowBytes = width * channels;
  const aligned = new Uint8Array(4 * width); // a copy of a row at a multiple of four in memory
  const differences = new Int32Array(width);
  let row = new Int32Array(width);
  let above = new Int32Array(width);
  for (let y = 0, from = 1; y < height; y++, from += rowBytes + 1) {
    const filter = bytes[from - 1];
    if (filter === 2 && y > 0) {
      changeRow({ bytes, words, from, to: from + rowBytes, channels }, row, runs);
      continue;
    }
    aligned.set(bytes.subarray(from, from + rowBytes));
    packPixels(aligned, channels, differences);
    [row, above] = [above, row];
    addDifferences(filter, differences, above, row);
    runs.addRow(row);
  }
}

/** Bytes `from` to `to`, exclusive, with the words that all of them are in. */
type RowBytes = { bytes: Uint8Array; words: Int32Array; from: number; to: number; channels: number };

/** Adds the differences that are not zero to the row above, in place. */
function changeRow(source: RowBytes, row: Int32Array, runs: IdRunsBuilder): void {
  const { bytes, words, from, to, channels } = source;
  let at = nextNonZero(bytes, words, from, to);
  if (at === to) {
    runs.repeatRow();
    return;
  }
  runs.beginRow();
  while (at < to) {
    let x = Math.floor((at - from) / channels);
    runs.keepTo(x);
    for (at = from + x * channels; at < to; at += channels, x++) {
      const difference = packPixel(bytes, at, channels);
      if (difference === 0) break;
      row[x] = addBytes(row[x], difference);
      runs.put(row[x], x + 1);
    }
    at = nextNonZero(bytes, words, at, to);
  }
  runs.keepTo(row.length);
}

/** Offset of the first byte that is not zero, or `to`. */
function nextNonZero(bytes: Uint8Array, words: Int32Array, from: number, to: number): number {
  let at = from;
  for (; at < to && at % 4 !== 0; at++) if (bytes[at] !== 0) return at;
  const last = to >> 2;
  let k = at >> 2;
  for (; k + 8 <= last; k += 8) {
    const left = words[k] | words[k + 1] | words[k + 2] | words[k + 3];
    if ((left | words[k + 4] | words[k + 5] | words[k + 6] | words[k + 7]) !== 0) break;
  }
  while (k < last && words[k] === 0) k++;
  for (at = Math.max(at, 4 * k); at < to && bytes[at] === 0; ) at++;
  return at;
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * Gathers the bytes of each pixel in one number.
 *
 * @param bytes [≥ pixels.length · channels] at a multiple of four in memory
 */
function packPixels(bytes: Uint8Array, channels: number, pixels: Int32Array): void {
  let p = 0;
  if (LITTLE_ENDIAN && channels === 3) p = packFours(bytes, pixels);
  for (let k = p * channels; p < pixels.length; p++, k += channels) {
    pixels[p] = packPixel(bytes, k, channels);
  }
}

function packPixel(bytes: Uint8Array, at: number, channels: number): number {
  const alpha = channels === 4 ? bytes[at + 3] << 24 : 0;
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | alpha;
}

/** Four pixels of three bytes are three words; three times faster than byte by byte. @returns how many were packed */
function packFours(bytes: Uint8Array, pixels: Int32Array): number {
  if (bytes.byteOffset % 4 !== 0) return 0;
  const count = pixels.length - (pixels.length % 4);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, (count / 4) * 3);
  for (let k = 0, p = 0; p < count; k += 3, p += 4) {
    const a = words[k];
    const b = words[k + 1];
    const c = words[k + 2];
    pixels[p] = a & 0xffffff;
    pixels[p + 1] = (a >>> 24) | ((b & 0xffff) << 8);
    pixels[p + 2] = (b >>> 16) | ((c & 0xff) << 16);
    pixels[p + 3] = c >>> 8;
  }
  return count;
}

/** row = differences + what the filter predicts from the pixels to the left and above (PNG, §9.2). */
function addDifferences(filter: number, differences: Int32Array, above: Int32Array, row: Int32Array): void {
  if (filter === 0) row.set(differences);
  else if (filter === 1) addToLeft(differences, row);
  else if (filter === 2) addToAbove(differences, above, row);
  else if (filter === 3) addToMean(differences, above, row);
  else if (filter === 4) addToPaeth(differences, above, row);
  else throw new RangeError(`decodePng: expected a filter of 0 to 4, got ${filter}`);
}

function addToLeft(differences: Int32Array, row: Int32Array): void {
  let left = 0;
  for (let x = 0; x < row.length; x++) row[x] = left = addBytes(left, differences[x]);
}

function addToAbove(differences: Int32Array, above: Int32Array, row: Int32Array): void {
  for (let x = 0; x < row.length; x++) row[x] = addBytes(above[x], differences[x]);
}

function addToMean(differences: Int32Array, above: Int32Array, row: Int32Array): void {
  let left = 0;
  for (let x = 0; x < row.length; x++) {
    const mean = (left & above[x]) + (((left ^ above[x]) >>> 1) & 0x7f7f7f7f); // of each byte, rounded down
    row[x] = left = addBytes(mean | 0, differences[x]);
  }
}

/** Of left, above and above left, the one nearest to left + above − above left. */
function addToPaeth(differences: Int32Array, above: Int32Array, row: Int32Array): void {
  let left = 0;
  let corner = 0;
  for (let x = 0; x < row.length; x++) {
    const up = above[x];
    const near = up === corner ? left : left === corner ? up : paethBytes(left, up, corner); // mostly the first two
    row[x] = left = addBytes(near, differences[x]);
    corner = up;
  }
}

/** Sums of the four bytes, each modulo 256. */
function addBytes(a: number, b: number): number {
  return b === 0 ? a : ((a & 0x7f7f7f7f) + (b & 0x7f7f7f7f)) ^ ((a ^ b) & 0x80808080);
}

function paethBytes(left: number, above: number, corner: number): number {
  let nearest = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    nearest |= paeth((left >>> shift) & 255, (above >>> shift) & 255, (corner >>> shift) & 255) << shift;
  }
  return nearest;
}

/** Paeth's choice for one byte; left before above before corner where they are equally near. */
export function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
