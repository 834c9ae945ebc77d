import { expect, test } from 'vitest';
import { compareTap } from '../compare/compare-tap.ts';
import { otherOutcomes } from './points-nms-ties.ts';

const half = 0.5; // sigmoid(0)

test('a cell as high as a neighbor before it, within noise, can be kept or not', () => {
  const logits = [0, 1e-6, -3, -3]; // 2 x 2 cells of one class: the second exceeds the first, which is left of it
  expect([...otherOutcomes(logits, [half, half, 0, 0], [2, 2], 1e-6)]).toEqual([half, 0, 0, 0]);
  expect([...otherOutcomes(logits, [half, 0, 0, 0], [2, 2], 1e-6)]).toEqual([half, expect.closeTo(half, 5), 0, 0]);
  expect([...otherOutcomes(logits, [half, half, 0, 0], [2, 2], 4e-7)]).toEqual([half, half, 0, 0]); // 2 · 4e−7 < 1e−6
});

test('neighbors are of the same class, above, left and above left, not below or right', () => {
  const logits = [5, 0, 0, 9]; // 1 x 2 cells of two classes
  expect([...otherOutcomes(logits, [1, half, half, 1], [1, 2], 1)]).toEqual([1, half, half, 1]);
  const column = [0, 7, 0]; // 3 x 1
  expect([...otherOutcomes(column, [half, 1, 0], [3, 1], 1)]).toEqual([half, 1, 0]);
});

test('a tap may be right either way at a tie, and only there', () => {
  const tap = { name: 'scores', shape: [4], stride: 1, values: [half, 0, 0, 0], absmax: 1, noise: 1e-6 };
  const flipped = [half, half, 0, 0];
  expect(compareTap(tap as never, flipped, [4]).ok).toBe(false);
  expect(compareTap(tap as never, flipped, [4], [half, 0, 0, 0]).ok).toBe(true);
  expect(compareTap(tap as never, [half, half, 0.1, 0], [4], [half, 0, 0.1, 0]).ok).toBe(false);
});
