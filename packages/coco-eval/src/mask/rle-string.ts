import { describeValue, expectThat } from '../state/expect-value.ts';
import { type Rle, requireRuns, requireTotal, rleArea } from './rle.ts';

/** A mask as COCO files hold it: the compressed string, or the plain list of runs. */
export type CocoRle = { size: readonly [height: number, width: number]; counts: string | readonly number[] };

/**
 * Runs as COCO's compressed string. From the fourth on (index > 2), a run is written as its difference to the run two
 * before. A number is cut into groups of five bits, lowest first; a group's sixth bit says that more follow, the fifth
 * bit of the last group is the sign, and 48 makes the whole a printable character.
 */
export function formatCounts(counts: Uint32Array): string {
  if (!(counts instanceof Uint32Array)) requireRuns('formatCounts', counts);
  const codes: number[] = [];
  for (let j = 0; j < counts.length; j++) {
    let value = j > 2 ? counts[j] - counts[j - 2] : counts[j];
    for (let more = true; more; ) {
      const low = ((value % 32) + 32) % 32;
      value = (value - low) / 32;
      more = low & 16 ? value !== -1 : value !== 0;
      codes.push(low + (more ? 32 : 0) + 48);
    }
  }
  return fromCharCodes(codes);
}

/** In pieces, for an engine passes only so many arguments. */
function fromCharCodes(codes: number[]): string {
  let text = '';
  for (let k = 0; k < codes.length; k += 4096) text += String.fromCharCode(...codes.slice(k, k + 4096));
  return text;
}

/**
 * Reads COCO's compressed string.
 *
 * @throws at a character outside '0' to 'o', a number cut short or too long, or a run below zero or above 2³² − 1
 */
export function parseCounts(text: string): Uint32Array {
  expectThat(typeof text === 'string', 'parseCounts', 'a text', text);
  return passingCounts(text).slice();
}

/** Holds the runs of a string until their number is known. */
const scratch = new Uint32Array(2 ** 14);

/** As parseCounts, but overwritten by the next. */
function passingCounts(text: string): Uint32Array {
  const runs = text.length <= scratch.length ? scratch : new Uint32Array(text.length);
  return runs.subarray(0, readCounts(text, runs));
}

/** Into a buffer of at least text.length runs. @returns the number of runs */
function readCounts(text: string, counts: Uint32Array): number {
  let runs = 0;
  for (let p = 0; p < text.length; ) {
    let group = text.charCodeAt(p++) - 48;
    let value = group & 31;
    let scale = 32;
    while (group & 32 && scale <= 2 ** 30 && p < text.length) {
      group = text.charCodeAt(p++) - 48;
      value += (group & 31) * scale;
      scale *= 32;
      if (group < 0 || group > 63) break;
    }
    if (group < 0 || group > 63 || group & 32) throw badCharacter(text, p - 1);
    if (group & 16) value -= scale;
    if (runs > 2) value += counts[runs - 2];
    if (value < 0 || value > 0xffffffff) throw new RangeError(`RLE: expected runs of 0 to 2^32 - 1, got ${value}`);
    counts[runs++] = value;
  }
  return runs;
}

function badCharacter(text: string, p: number): RangeError {
  const code = text.charCodeAt(p) - 48;
  if (code < 0 || code > 63)
    return new RangeError(`RLE: expected characters from '0' to 'o', got ${JSON.stringify(text[p])} at ${p}`);
  if (p === text.length - 1)
    return new RangeError('RLE: expected the last number of the string to end, got its first part');
  return new RangeError(`RLE: expected numbers of at most 7 characters, got more at ${p}`);
}

/**
 * A mask as COCO files hold it, its string or list of runs read and checked.
 *
 * @throws unless this is {size, counts} with runs that add up to the size
 */
export function parseRle(stored: CocoRle): Rle {
  const { height, width, counts } = passingRle(stored);
  return { height, width, counts: counts.slice() };
}

/** The area of a stored mask, without making the mask. @throws as parseRle */
export function parseArea(stored: CocoRle): number {
  return rleArea(passingRle(stored));
}

/** As parseRle, but its counts are overwritten by the next. */
function passingRle(stored: CocoRle): Rle {
  if (typeof stored !== 'object' || stored === null || !Array.isArray(stored.size) || stored.size.length !== 2) {
    throw new TypeError(`parseRle: expected {size: [height, width], counts}, got ${describeValue(stored)}`);
  }
  const [height, width] = stored.size;
  const counts = typeof stored.counts === 'string' ? passingCounts(stored.counts) : listedCounts(stored.counts);
  const rle = { height, width, counts };
  requireTotal('parseRle', rle);
  return rle;
}

function listedCounts(counts: unknown): Uint32Array {
  if (!Array.isArray(counts))
    throw new TypeError(`parseRle: expected counts of text or numbers, got ${describeValue(counts)}`);
  for (const run of counts) {
    if (!(Number.isInteger(run) && run >= 0 && run <= 0xffffffff)) {
      throw new RangeError(
        `parseRle: expected runs that are whole numbers of 0 to 2^32 - 1, got ${describeValue(run)}`,
      );
    }
  }
  return Uint32Array.from(counts);
}

/** The mask as COCO files hold it, compressed. @throws unless the runs add up to its size */
export function formatRle(rle: Rle): { size: [number, number]; counts: string } {
  requireTotal('formatRle', rle);
  const { height, width, counts } = rle;
  return { size: [height, width], counts: formatCounts(counts) };
}
