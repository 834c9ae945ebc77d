import { describe, expect, test } from 'vitest';

import { packMask } from './bit-mask.ts';
import { maskNms } from './mask-nms.ts';
import { maskOverlap } from './mask-overlap.ts';
import { matrixNms, type ScoredMask } from './matrix-nms.ts';

/** Pixels `from` to `to`, both included, of a row of ten. */
const span = (from: number, to: number, category: number, score: number): ScoredMask => ({
  category,
  score,
  mask: packMask(
    Array.from({ length: 10 }, (_, i) => (i >= from && i <= to ? 1 : 0)),
    0,
    1,
    [1, 10],
  ),
});

// Run with matrix_nms of WXinlong/SOLO f4cd03b.
const masks = [span(0, 5, 1, 0.9), span(0, 4, 1, 0.8), span(4, 9, 1, 0.7), span(0, 5, 2, 0.6)];

describe('Matrix NMS', () => {
  test.each([
    ['gaussian', [0.9, 0.199482, 0.646181, 0.6]],
    ['linear', [0.9, 0.133333, 0.56, 0.6]],
  ] as const)('%s: scores are those of the original code', (kernel, expected) => {
    const scores = matrixNms(masks, { kernel });
    for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i], 6);
  });

  test('of three equal masks only the first keeps a score under the linear kernel, and none is NaN', () => {
    const equal = [0.9, 0.8, 0.7].map((score) => span(2, 5, 0, score));
    expect(matrixNms(equal, { kernel: 'linear' })).toEqual([0.9, 0, 0]);
  });

  test('nothing in, nothing out', () => {
    expect(matrixNms([])).toEqual([]);
    expect(maskNms([])).toEqual([]);
  });
});

test('classic NMS keeps the better of two of a class, and those it overlaps by the threshold or less', () => {
  expect(maskNms(masks)).toEqual([0, 2, 3]);
  expect(maskOverlap(masks[0].mask, masks[2].mask)).toBe(0.2); // 2 of 10 pixels
  expect(maskNms(masks, 0.2)).toEqual([0, 2, 3]);
  expect(maskNms(masks, 0.19)).toEqual([0, 3]);
});

test('masks of more pixels than words of bits overlap by their pixels', () => {
  const row = (inside: (i: number) => boolean) =>
    packMask(
      Array.from({ length: 77 }, (_, i) => (inside(i) ? 1 : 0)),
      0,
      1,
      [7, 11],
    );
  expect(
    maskOverlap(
      row((i) => i % 2 === 0),
      row((i) => i % 3 === 0),
    ),
  ).toBe(13 / (39 + 26 - 13));
  expect(
    maskOverlap(
      row(() => false),
      row(() => false),
    ),
  ).toBe(0);
});
