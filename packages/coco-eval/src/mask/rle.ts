import { expectOneOf } from '../state/expect-options.ts';
import { describeValue, expectObject, expectThat, isCount, isList } from '../state/expect-value.ts';

/**
 * A binary mask as run lengths: zeros, ones, zeros, ... walking down the columns from the left, as COCO stores masks.
 * The first run may be empty; the runs add up to height · width.
 */
export type Rle = { readonly height: number; readonly width: number; readonly counts: Uint32Array };

/** Order of a dense mask in memory. */
export type MaskLayout = 'row-major' | 'column-major';

const LAYOUTS = ['row-major', 'column-major'];

/** The largest mask that is accepted, in pixels. */
export const MAX_PIXELS = 2 ** 31 - 1;

/**
 * Checks the size of a mask.
 *
 * @throws if height or width is not a whole number, or the mask has more than MAX_PIXELS pixels
 */
export function requireSize(where: string, height: number, width: number): void {
  const whole = Number.isInteger(height) && Number.isInteger(width) && height >= 0 && width >= 0;
  if (!whole || height * width > MAX_PIXELS) {
    throw new RangeError(
      `${where}: expected height and width of at most ${MAX_PIXELS} pixels, got ${height} x ${width}`,
    );
  }
}

/**
 * Run lengths of a dense mask, as pycocotools' `mask.encode`.
 *
 * @param mask [height, width] zero is background, anything else foreground
 * @param layout Row-major as images are, or column-major as pycocotools wants its masks
 */
export function encodeRle(
  mask: ArrayLike<number | boolean>,
  height: number,
  width: number,
  layout: MaskLayout = 'row-major',
): Rle {
  expectOneOf('encodeRle', 'layout', layout, LAYOUTS);
  requireSize('encodeRle', height, width);
  expectThat(isList(mask), 'encodeRle', 'a list of pixels', mask);
  if (mask.length !== height * width) {
    throw new RangeError(`encodeRle: expected ${height * width} pixels for ${height} x ${width}, got ${mask.length}`);
  }
  if (!(mask instanceof Uint8Array)) {
    const bytes = Uint8Array.from(mask as ArrayLike<number>, (value) => (value ? 1 : 0));
    return encodeRle(bytes, height, width, layout);
  }
  const columns = layout === 'row-major' ? transposeBytes(mask, height, width) : mask;
  return { height, width, counts: encodeColumns(columns) };
}

/** Run lengths. Four equal pixels of zero or one are passed over in one step. */
function encodeColumns(pixels: Uint8Array): Uint32Array {
  const isAligned = pixels.byteOffset % 4 === 0;
  const words = new Uint32Array(pixels.buffer, isAligned ? pixels.byteOffset : 0, isAligned ? pixels.length >> 2 : 0);
  const whole = 4 * words.length;
  let counts = new Uint32Array(64);
  let runs = 0;
  let start = 0;
  let inside = false;
  for (let p = 0; p < pixels.length; p++) {
    const same = inside ? 0x01010101 : 0;
    while ((p & 3) === 0 && p < whole && words[p >> 2] === same) p += 4;
    if (p >= pixels.length) break;
    if ((pixels[p] !== 0) === inside) continue;
    if (runs + 1 === counts.length) counts = grown(counts);
    counts[runs++] = p - start;
    start = p;
    inside = !inside;
  }
  counts[runs++] = pixels.length - start;
  return counts.slice(0, runs);
}

function grown(counts: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(counts.length * 2);
  larger.set(counts);
  return larger;
}

/**
 * The dense mask of run lengths, as pycocotools' `mask.decode`. @throws unless the runs add up to its size
 *
 * @returns [height, width] zeros and ones
 */
export function decodeRle(rle: Rle, layout: MaskLayout = 'row-major'): Uint8Array {
  expectOneOf('decodeRle', 'layout', layout, LAYOUTS);
  requireTotal('decodeRle', rle);
  const { height, width, counts } = rle;
  const mask = new Uint8Array(height * width);
  let end = 0;
  for (let j = 0; j < counts.length; j++) {
    const start = end;
    end += counts[j];
    if ((j & 1) === 0) continue;
    if (layout === 'row-major') drawRun(mask, height, width, start, end);
    else mask.fill(1, start, end);
  }
  return mask;
}

/** Draws positions `start` to `end` of the walk down the columns into rows. */
function drawRun(mask: Uint8Array, height: number, width: number, start: number, end: number): void {
  let x = Math.floor(start / height);
  let y = start - x * height;
  for (let p = start; p < end; p++) {
    mask[y * width + x] = 1;
    if (++y === height) {
      y = 0;
      x++;
    }
  }
}

/**
 * Checks that a mask is whole: what walks runs relies on it.
 *
 * @throws unless the runs add up to height · width
 */
export function requireTotal(where: string, rle: Rle): void {
  const { height, width, counts } = expectObject(where, rle) as Rle;
  expectThat(typeof counts?.length === 'number', where, 'runs as counts', counts);
  requireSize(where, height, width);
  if (!(counts instanceof Uint32Array)) requireRuns(where, counts);
  let total = 0;
  for (let j = 0; j < counts.length; j++) total += counts[j];
  if (total !== height * width) {
    throw new RangeError(`${where}: expected runs of ${height * width} pixels for ${height} x ${width}, got ${total}`);
  }
}

/** @throws unless these are whole numbers that a run can be */
export function requireRuns(where: string, counts: unknown): void {
  const isRuns = isList(counts) && Array.from(counts).every(isCount);
  if (!isRuns) throw new TypeError(`${where}: expected runs of whole numbers, got ${describeValue(counts)}`);
}

/** [rows, columns] → [columns, rows], in tiles that stay in the cache. */
function transposeBytes(source: Uint8Array, rows: number, columns: number): Uint8Array {
  const target = new Uint8Array(source.length);
  const tile = 32;
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(top + tile, rows);
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(left + tile, columns);
      for (let j = left; j < right; j++) {
        for (let i = top, to = j * rows + top, from = top * columns + j; i < bottom; i++, to++, from += columns) {
          target[to] = source[from];
        }
      }
    }
  }
  return target;
}

/** Number of foreground pixels. */
export function rleArea(rle: Pick<Rle, 'counts'>): number {
  const { counts } = expectObject('rleArea', rle) as Rle;
  expectThat(isList(counts), 'rleArea', 'runs as counts', counts);
  let area = 0;
  for (let j = 1; j < counts.length; j += 2) area += counts[j];
  return area;
}

/**
 * The smallest box [x, y, width, height] around the foreground. A mask without runs of foreground gives zeros; one
 * whose runs of foreground are all empty gives what pycocotools 2.0.11 gives, which counts modulo 2³²: [width, height,
 * 2³² − width + 1, 2³² − height + 1].
 */
export function rleBox(rle: Rle): [x: number, y: number, width: number, height: number] {
  const { height, width, counts } = expectObject('rleBox', rle) as Rle;
  expectThat(isList(counts), 'rleBox', 'runs as counts', counts);
  if (counts.length < 2) return [0, 0, 0, 0];
  let left = width;
  let top = height;
  let right = 0;
  let bottom = 0;
  let end = 0;
  for (let j = 0; j < counts.length; j++) {
    const start = end;
    end += counts[j];
    if ((j & 1) === 0 || counts[j] === 0) continue;
    const firstColumn = Math.floor(start / height);
    const lastColumn = Math.floor((end - 1) / height);
    const several = firstColumn < lastColumn;
    left = Math.min(left, firstColumn);
    right = Math.max(right, lastColumn);
    top = several ? 0 : Math.min(top, start - firstColumn * height);
    bottom = several ? height - 1 : Math.max(bottom, end - 1 - lastColumn * height);
  }
  return [left, top, (right - left + 1) >>> 0, (bottom - top + 1) >>> 0];
}
