import { type BitMask, expectMaskSize } from './bit-mask.ts';

/** Intersection over union of two masks of equal size; 0 where both are empty. @throws RangeError where sizes differ */
export function maskOverlap(a: BitMask, b: BitMask): number {
  expectMaskSize('maskOverlap', a, [a.height, a.width]);
  expectMaskSize('maskOverlap', b, [a.height, a.width]);
  const shared = intersection(a.bits, b.bits);
  const union = a.area + b.area - shared;
  return union === 0 ? 0 : shared / union;
}

/** Bits set in both, 32 at a time. */
function intersection(a: Uint8Array, b: Uint8Array): number {
  const words = a.length >> 2;
  const [left, right] = [wordsOf(a, words), wordsOf(b, words)];
  let count = 0;
  for (let i = 0; i < words; i++) count += onesOf(left[i] & right[i]);
  for (let i = words * 4; i < a.length; i++) count += onesOf(a[i] & b[i]);
  return count;
}

/** Bytes as words: a copy where they do not begin at one. */
function wordsOf(bits: Uint8Array, words: number): Int32Array {
  const { buffer, byteOffset } = bits.byteOffset % 4 === 0 ? bits : bits.slice();
  return new Int32Array(buffer, byteOffset, words);
}

/** Ones among 32 bits, added up in pairs, fours and bytes. */
function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
