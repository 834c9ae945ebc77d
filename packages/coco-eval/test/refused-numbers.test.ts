import { expect, test } from 'vitest';
import { linspace, numpyMean, numpySum } from '../src/numeric/numpy-sum.ts';
import { formatFixed } from '../src/numeric/python-format.ts';

test('one point is the first, as in numpy, and none is none', () => {
  expect([...linspace(0, 1, 1)]).toEqual([0]);
  expect([...linspace(3, 1, 1)]).toEqual([3]);
  expect([...linspace(0, 1, 0)]).toEqual([]);
  expect([...linspace(0, 1, 3)]).toEqual([0, 0.5, 1]);
});

test.each([2.5, -1, NaN, Infinity, 1e12, '3', null, undefined])('a count of %j points is refused', (count) => {
  expect(() => linspace(0, 1, count as never)).toThrow(/^linspace: expected a whole count of 0 to 268435456, got /);
});

test('bounds and sums of what are no numbers are refused', () => {
  expect(() => linspace('0' as never, 1, 3)).toThrow('linspace: expected start of a number, got "0"');
  expect(() => linspace(0, null as never, 3)).toThrow('linspace: expected stop of a number, got null');
  for (const wrong of [{}, 5, '123', null]) {
    expect(() => numpySum(wrong as never)).toThrow('numpySum: expected a list of numbers, got');
    expect(() => numpyMean(wrong as never)).toThrow(/expected a list of numbers, got/);
  }
});

test.each([
  [1e22, 3, '10000000000000000000000.000'], // Python: f'{1e22:.3f}'
  [1e23, 0, '99999999999999991611392'],
  [-1e21, 2, '-1000000000000000000000.00'],
  [2 ** 53, 1, '9007199254740992.0'],
  [Number.MAX_SAFE_INTEGER, 1, '9007199254740991.0'],
  [123456.789, 2, '123456.79'],
])('%d with %i digits is %s', (value, digits, text) => {
  expect(formatFixed(value, digits)).toBe(text);
});

test.each([-1, 1.5, 21, NaN, '2', null])('%j digits are refused', (digits) => {
  expect(() => formatFixed(1, digits as never)).toThrow('formatFixed: expected a whole number of 0 to 20 digits, got');
});

test.each([null, '5', undefined, true, 5n])('%o is no number to format', (value) => {
  expect(() => formatFixed(value as never, 2)).toThrow('formatFixed: expected a number, got');
});
