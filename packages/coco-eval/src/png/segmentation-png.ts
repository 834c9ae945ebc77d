import { readIds } from '../panoptic/panoptic-ids.ts';
import { type Inflate, type OpenPng, openPng } from './decode-png.ts';

/** A map of ids or labels, [height, width]. */
export type PixelMap = {
  width: number;
  height: number;
  ids: Uint32Array;
  /** [height] 1 where a row is known to equal the row above it. */
  repeatedRows: Uint8Array;
};

/** Segment ids of a panoptic PNG. @throws unless it is RGB or RGBA of 8 bits; a palette or grey is refused */
export function readPanopticPng(file: Uint8Array, inflate: Inflate): PixelMap {
  const png = openPng(file, inflate);
  const { width, channels, depth } = png.format;
  if (channels < 3 || depth !== 8) {
    throw new TypeError(`readPanopticPng: expected RGB of 8 bits, got ${channels} channels of ${depth} bits`);
  }
  return readRows(png, (row, ids, at) => readIds(row, channels, ids, at, width));
}

/** Labels of a label-map PNG: grey of 8 or 16 bits, or the indices of a palette. @throws at colors */
export function readLabelPng(file: Uint8Array, inflate: Inflate): PixelMap {
  const png = openPng(file, inflate);
  const { width, channels, depth } = png.format;
  if (channels !== 1) throw new TypeError(`readLabelPng: expected one channel of labels, got ${channels}`);
  if (depth === 8) return readRows(png, (row, ids, at) => ids.set(row, at));
  return readRows(png, (row, ids, at) => {
    for (let x = 0; x < width; x++) ids[at + x] = (row[2 * x] << 8) | row[2 * x + 1];
  });
}

function readRows(png: OpenPng, read: (row: Uint8Array, ids: Uint32Array, at: number) => void): PixelMap {
  const { width, height } = png.format;
  const ids = new Uint32Array(width * height);
  const repeatedRows = new Uint8Array(height);
  png.forEachRow((row, y, isRepeated) => {
    const at = y * width;
    if (isRepeated) ids.copyWithin(at, at - width, at);
    else read(row, ids, at);
    repeatedRows[y] = Number(isRepeated);
  });
  return { width, height, ids, repeatedRows };
}
