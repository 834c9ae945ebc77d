import { expect, test } from 'vitest';

import { comparePairing, type Outline, pairing, withinCut } from './solo-pairing.ts';

const NOISE = 1e-6;

/** Masks of one class by their scores. */
function masks(...scores: number[]): Outline[] {
  return scores.map((score) => ({ category: 0, score, area: 100 }));
}

/** Tells whether two expected masks find theirs among the first two of ours, or beside the cut. @param flipped Share of a mask */
function passes(ours: Outline[], flipped = 0): boolean {
  const pairs = pairing(masks(0.5, 0.3), ours, NOISE, new Map([[0, flipped]]));
  return comparePairing('instances', withinCut(pairs, ours, 2)).ok;
}

test('a mask just behind the cut stands for the last one kept', () => {
  expect(passes(masks(0.5, 0.3, 0.1))).toBe(true);
  expect(passes([...masks(0.5), { category: 1, score: 0.300004, area: 7 }, ...masks(0.3)])).toBe(true);
});

test('a mask further behind than scores may be off does not', () => {
  const other = { category: 1, score: 0.30002, area: 7 };
  expect(passes([...masks(0.5), other, ...masks(0.3)])).toBe(false);
  // A pixel of 1000 that fell moves scores of its class by eight times that share, 0.0024.
  expect(passes([...masks(0.5), other, ...masks(0.3)], 1e-3)).toBe(true);
  expect(passes([...masks(0.5), { ...other, score: 0.303 }, ...masks(0.3)], 1e-3)).toBe(false);
});

test('a mask that nobody has fails', () => {
  expect(passes(masks(0.5, 0.2, 0.1))).toBe(false);
});
