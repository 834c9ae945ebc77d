import { expectOneOf } from '../state/expect-options.ts';
import { expectThat } from '../state/expect-value.ts';
import { type Rle, requireTotal } from './rle.ts';

/**
 * Union or intersection of masks of one size. None gives a mask of no size; sizes that differ are an error (pycocotools
 * answers both with size 0 x 0).
 */
export function mergeRles(rles: readonly Rle[], operation: 'union' | 'intersection'): Rle {
  expectOneOf('mergeRles', 'operation', operation, ['union', 'intersection']);
  expectThat(Array.isArray(rles), 'mergeRles', 'a list of masks', rles);
  for (const rle of rles) requireTotal('mergeRles', rle);
  if (rles.length === 0) return { height: 0, width: 0, counts: new Uint32Array(0) };
  return rles.reduce((a, b) => mergePair(a, b, operation === 'intersection'));
}

function mergePair(a: Rle, b: Rle, both: boolean): Rle {
  if (a.height !== b.height || a.width !== b.width) {
    throw new RangeError(`mergeRles: expected masks of ${a.height} x ${a.width}, got ${b.height} x ${b.width}`);
  }
  const counts = new Uint32Array(a.counts.length + b.counts.length);
  const total = a.height * a.width;
  let runs = 0;
  let written = 0;
  let value = false;
  let [ia, ib] = [0, 0];
  let [endA, endB] = [a.counts[0] ?? 0, b.counts[0] ?? 0];
  for (let position = 0; position < total; ) {
    while (endA === position) endA += a.counts[++ia];
    while (endB === position) endB += b.counts[++ib];
    const merged = both ? (ia & ib & 1) === 1 : ((ia | ib) & 1) === 1;
    if (merged !== value) {
      counts[runs++] = position - written;
      written = position;
      value = merged;
    }
    position = Math.min(endA, endB);
  }
  counts[runs++] = total - written;
  return { height: a.height, width: a.width, counts: counts.slice(0, runs) };
}
