import { expect, test } from 'vitest';

import { comparePairing, type Outline, pairing, withinCut } from './solo-pairing.ts';

const NOISE = 1e-6;

/** Masks of one class by their scores. */
function masks(...scores: number[]): Outline[] {
  return scores.map((score) => ({ category: 0, score, area: 100 }));
}

/** Tells whether two expected masks find theirs among the first two of ours, or beside the cut. @param shift Of ours */
function passes(ours: Outline[], shift = 0): boolean {
  const shifted = ours.map((own) => ({ ...own, shift }));
  const pairs = pairing(masks(0.5, 0.3), shifted, NOISE);
  return comparePairing('instances', withinCut(pairs, shifted, 2, NOISE)).ok;
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
  // Pixels at the threshold may move each of the two by 0.001.
  expect(passes([...masks(0.5), { ...other, score: 0.302 }, ...masks(0.3)], 1e-3)).toBe(true);
  expect(passes([...masks(0.5), { ...other, score: 0.303 }, ...masks(0.3)], 1e-3)).toBe(false);
});

test('a mask that a pixel moved stands for itself, however many ranks behind', () => {
  const between = Array.from({ length: 20 }, (_, i) => ({ category: 1, score: 0.3 - 0.001 * i, area: 7 }));
  expect(passes([...masks(0.5), ...between, ...masks(0.25)], 0.05)).toBe(true);
  expect(passes([...masks(0.5), ...between, ...masks(0.24)], 0.05)).toBe(false);
});

test('a mask that nobody has fails and is named', () => {
  expect(passes(masks(0.5, 0.2, 0.1))).toBe(false);
  const { note } = comparePairing('instances', pairing(masks(0.3), masks(0.2), NOISE));
  expect(note).toBe('1 of 1 without a counterpart: {"category":0,"score":0.3,"area":100}');
});
