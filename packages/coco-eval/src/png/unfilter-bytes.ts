import type { PngPass } from './png-passes.ts';
import { paeth } from './unfilter-runs.ts';

/**
 * Undoes the filter of every row: none, left, above, their mean, or Paeth's choice (PNG, §9.2).
 *
 * @param pixelBytes Bytes of a pixel, 1 where it has less
 * @returns [height, bytes of a row]
 */
export function unfilterBytes(filtered: Uint8Array, pass: PngPass, pixelBytes: number): Uint8Array {
  const { height, rowBytes, from: first } = pass;
  const view = new DataView(filtered.buffer, filtered.byteOffset, filtered.byteLength);
  const bytes = new Uint8Array(height * rowBytes);
  let above = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const from = first + y * (rowBytes + 1);
    const row = bytes.subarray(y * rowBytes, (y + 1) * rowBytes);
    if (filtered[from] === 2) {
      row.set(above);
      addInPlace(view, from + 1, row);
    } else unfilterRow(filtered[from], filtered.subarray(from + 1, from + 1 + rowBytes), row, above, pixelBytes);
    above = row;
  }
  return bytes;
}

/** Adds differences to the row above. In label maps most are zero: passed over by sixteens. */
function addInPlace(view: DataView, from: number, row: Uint8Array): void {
  const whole = row.length - (row.length % 16);
  for (let start = 0; start < row.length; start += 16) {
    if (start < whole) {
      const at = from + start;
      const left = view.getInt32(at, true) | view.getInt32(at + 4, true);
      if ((left | view.getInt32(at + 8, true) | view.getInt32(at + 12, true)) === 0) continue;
    }
    const end = Math.min(start + 16, row.length);
    for (let k = start; k < end; k++) row[k] += view.getUint8(from + k);
  }
}

function unfilterRow(filter: number, source: Uint8Array, row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  const n = row.length;
  if (filter === 0) row.set(source);
  else if (filter === 1) {
    for (let k = 0; k < n; k++) row[k] = source[k] + (k < pixelBytes ? 0 : row[k - pixelBytes]);
  } else if (filter === 3) {
    for (let k = 0; k < n; k++) row[k] = source[k] + (((k < pixelBytes ? 0 : row[k - pixelBytes]) + above[k]) >> 1);
  } else if (filter === 4) unfilterPaeth(source, row, above, pixelBytes);
  else throw new RangeError(`decodePng: expected a filter of 0 to 4, got ${filter}`);
}

/** One channel after the other. */
function unfilterPaeth(source: Uint8Array, row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  for (let channel = 0; channel < pixelBytes; channel++) {
    let left = 0;
    let corner = 0;
    for (let k = channel; k < row.length; k += pixelBytes) {
      const up = above[k];
      const near = up === corner ? left : left === corner ? up : paeth(left, up, corner); // mostly the first two
      left = (source[k] + near) & 255;
      row[k] = left;
      corner = up;
    }
  }
}
