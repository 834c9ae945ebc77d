import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linspace, numpyMean, numpySum } from '../src/numeric/numpy-sum.ts';
import { formatFixed } from '../src/numeric/python-format.ts';

test('ties go to the even digit, as in Python', () => {
  // python3 -c "print(*['%.3f' % x for x in (.3125, .4375, -.3125, 0.0005, 2.5, -0.0)], '%.1f' % 12.25, '%.0f' % 2.5)"
  expect([0.3125, 0.4375, -0.3125, 0.0005, 2.5, -0].map((x) => formatFixed(x, 3))).toEqual([
    '0.312',
    '0.438',
    '-0.312',
    '0.001',
    '2.500',
    '-0.000',
  ]);
  expect([formatFixed(12.25, 1), formatFixed(2.5, 0), formatFixed(3.5, 0)]).toEqual(['12.2', '2', '4']);
  expect([formatFixed(NaN, 3), formatFixed(-Infinity, 3)]).toEqual(['nan', '-inf']);
});

test('the grids are those of numpy, not of literals', () => {
  // np.linspace(.5, .95, 10)[8], np.linspace(0, 1, 101)[35]
  expect(linspace(0.5, 0.95, 10)[8]).toBe(0.8999999999999999);
  expect(linspace(0, 1, 101)[35]).toBe(0.35000000000000003);
});

test('a pairwise sum is the plain sum of whole numbers, whatever the length', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 3000 }), (values) => {
      const plain = values.reduce((a, b) => a + b, 0);
      expect(numpySum(values)).toBe(plain);
      expect(numpySum(values, 'numpy1')).toBe(plain);
    }),
    { seed: 2, numRuns: 50 },
  );
});

test('sums round as numpy does', () => {
  const values = Float64Array.from({ length: 1000 }, (_, k) => 1 / (k + 1));
  // np.sum(1 / np.arange(1, 1001)) under numpy 2.4.6; a plain loop gives 7.485470860550343
  expect(numpySum(values)).toBe(7.485470860550345);
  expect(numpyMean([0.1, 0.2, 0.3])).toBe(0.20000000000000004);
});
