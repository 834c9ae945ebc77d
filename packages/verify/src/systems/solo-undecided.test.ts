import { useBackend } from '@seg/core';
import { matrixNms, packMask, type SoloCandidate, type SoloOutput } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { undecidedShifts } from './solo-undecided.ts';

beforeAll(() => useBackend('cpu'));

/** Shifts of two masks of 2 × 4, of scores 0.5 and 0.3, where probabilities may be off by 1e-4. */
async function shiftsOf(...maps: number[][]): Promise<number[]> {
  const output: SoloOutput = {
    categoryLogits: () => [],
    cellMasks: (_, [cell]) => tf.tensor4d(maps[cell], [1, 2, 4, 1]),
  };
  const candidates = maps.map((map, cell): SoloCandidate => {
    const above = map.map((value) => value - 0.5);
    return { level: 0, cell, category: 0, score: [0.5, 0.3][cell], mask: packMask(above, 0, 1, [2, 4]) };
  });
  const nms = { kernel: 'gaussian', sigma: 2 } as const;
  return undecidedShifts(output, candidates, matrixNms(candidates, nms), { threshold: 0.5, nms }, 1e-4);
}

const FIRST = [0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1];
const SECOND = [0.1, 0.1, 0.8, 0.8, 0.1, 0.1, 0.8, 0.1];

test('masks without a pixel at the threshold have scores that nothing moves', async () => {
  expect(await shiftsOf(FIRST, SECOND)).toEqual([0, 0]);
  expect(await shiftsOf(FIRST, SECOND.with(7, 0.4998))).toEqual([0, 0]);
});

test("a pixel of a mask moves its own score by maskness and overlap, not a better mask's", async () => {
  const [first, second] = await shiftsOf(FIRST, SECOND.with(7, 0.49995));
  expect(first).toBe(0);
  // Overlap 2/5 and mean 0.8, or 2/6 and (3·0.8 + 0.5) / 4: 0.3·|e^(−2·0.16) − e^(−2/9)·0.725/0.8|
  const expected = 0.3 * Math.abs(Math.exp(-0.32) - (Math.exp(-2 / 9) * 0.725) / 0.8);
  expect(second).toBeCloseTo(expected, 6);
});

test('a pixel of a better mask moves the score of the one it suppresses', async () => {
  const [first, second] = await shiftsOf(FIRST.with(3, 0.50005), SECOND);
  // Mean (3·0.9 + 0.50005) / 4 or 0.9; overlap 2/5 or 1/5
  expect(first).toBeCloseTo(0.5 * (0.9 / 0.8000125 - 1), 6);
  expect(second).toBeCloseTo(0.3 * (Math.exp(-0.08) - Math.exp(-0.32)), 6);
});
