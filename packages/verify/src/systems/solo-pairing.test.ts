import { expect, test } from 'vitest';

import { comparePairing, type Outline, pairing, withinCut } from './solo-pairing.ts';

const NOISE = 1e-6;

/** Masks of one class by their scores. */
function masks(...scores: number[]): Outline[] {
  return scores.map((score) => ({ category: 0, score, area: 100 }));
}

/** Tells whether two expected masks find theirs among the first two of ours, or beside the cut. @param flipped Share of a mask */
function passes(ours: Outline[], flipped = 0): boolean {
  const flips = new Map([[0, flipped]]);
  const pairs = pairing(masks(0.5, 0.3), ours, NOISE, flips);
  return comparePairing('instances', withinCut(pairs, ours, 2, NOISE, flips)).ok;
}

test('a mask just behind the cut stands for the last one kept', () => {
  expect(passes(masks(0.5, 0.3, 0.1))).toBe(true);
  expect(passes([...masks(0.5), { category: 1, score: 0.300004, area: 7 }, ...masks(0.3)])).toBe(true);
});

test('a mask further behind than scores may be off does not', () => {
  // Each of the two may be off by ten times the noise, 1e-5.
  expect(passes([...masks(0.5), { category: 1, score: 0.300019, area: 7 }, ...masks(0.3)])).toBe(true);
  const other = { category: 1, score: 0.300021, area: 7 };
  expect(passes([...masks(0.5), other, ...masks(0.3)])).toBe(false);
  // A pixel of 1000 that fell moves scores of its class by eight times that share, 0.0024.
  expect(passes([...masks(0.5), other, ...masks(0.3)], 1e-3)).toBe(true);
  expect(passes([...masks(0.5), { ...other, score: 0.303 }, ...masks(0.3)], 1e-3)).toBe(false);
});

test('a mask that a flipped pixel moved stands for itself, however many ranks behind', () => {
  // A pixel of 27: scores of the class move by 8/27, so 0.3 may come back as 0.22.
  const between = Array.from({ length: 20 }, (_, i) => ({ category: 1, score: 0.3 - 0.001 * i, area: 7 }));
  expect(passes([...masks(0.5), ...between, ...masks(0.22)], 1 / 27)).toBe(true);
  expect(passes([...masks(0.5), ...between, ...masks(0.2)], 1 / 27)).toBe(false);
});

test('a mask that nobody has fails and is named', () => {
  expect(passes(masks(0.5, 0.2, 0.1))).toBe(false);
  const { note } = comparePairing('instances', pairing(masks(0.3), masks(0.2), NOISE, new Map()));
  expect(note).toBe('1 of 1 without a counterpart: {"category":0,"score":0.3,"area":100}');
});
