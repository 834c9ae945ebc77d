import { seededRandom } from '@seg/core';
import { expect, test } from 'vitest';

import { smallestMagnitudes } from './smallest-magnitudes.ts';

/** By a sort, equal ones by index. */
function sorted(values: Float32Array, keep: number): number[] {
  const order = [...values.keys()].sort((a, b) => Math.abs(values[a]) - Math.abs(values[b]) || a - b);
  return order.slice(0, keep).sort((a, b) => a - b);
}

test('the chosen are those that a sort puts first', () => {
  const random = seededRandom(4);
  for (const scale of [1e-40, 1, 1e30]) {
    const values = Float32Array.from({ length: 1000 }, () => (random() - 0.5) * scale);
    for (const keep of [1, 2, 499, 999, 1000]) {
      expect([...smallestMagnitudes(values, keep)].sort((a, b) => a - b)).toEqual(sorted(values, keep));
    }
  }
});

test('below the threshold in their order, then equal ones by index', () => {
  const values = Float32Array.of(2, -1, 0, 1, -0, 1, 3);
  expect([...smallestMagnitudes(values, 4)]).toEqual([2, 4, 1, 3]);
});

test('a view into a larger array, NaN last, and fewer values than asked for', () => {
  const values = Float32Array.of(0, 0, Number.NaN, 5, Number.POSITIVE_INFINITY, -1).subarray(2);
  expect([...smallestMagnitudes(values, 3)]).toEqual([1, 3, 2]);
  expect(new Set(smallestMagnitudes(values, 9))).toEqual(new Set([0, 1, 2, 3]));
});
