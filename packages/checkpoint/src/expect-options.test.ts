import { describe, expect, it } from 'vitest';

import { A_FLAG, A_SIGNAL, expectOptions, expectValue, listOf, numberIn, oneOf } from './expect-options.ts';

type Options = { rule?: string; threshold?: number; isQuiet?: boolean };
const CHECKS = { rule: oneOf('first', 'best'), threshold: numberIn({ least: 0, most: 1 }), isQuiet: A_FLAG };

describe('expectOptions', () => {
  it('takes what is known, and undefined for what is not there', () => {
    expect(() => expectOptions<Options>('f', undefined, CHECKS)).not.toThrow();
    expect(() => expectOptions<Options>('f', { rule: 'best', threshold: undefined }, CHECKS)).not.toThrow();
  });

  it.each([
    [{ treshold: 0.5 }, 'f: expected nothing but rule, threshold, isQuiet, got treshold 0.5'],
    [{ constructor: 1 }, 'f: expected nothing but rule, threshold, isQuiet, got constructor 1'],
    [JSON.parse('{"__proto__":1}'), 'f: expected nothing but rule, threshold, isQuiet, got __proto__ 1'],
    [{ rule: 'constructor' }, 'f: expected first, best as rule, got "constructor"'],
    [{ threshold: Number.NaN }, 'f: expected a number of at least 0 and at most 1 as threshold, got NaN'],
    [{ threshold: '0.5' }, 'f: expected a number of at least 0 and at most 1 as threshold, got "0.5"'],
    [{ isQuiet: 'yes' }, 'f: expected true or false as isQuiet, got "yes"'],
    [{ isQuiet: null }, 'f: expected true or false as isQuiet, got null'],
    [null, 'f: expected an object of options, got null'],
    ['best', 'f: expected an object of options, got "best"'],
    [[1], 'f: expected an object of options, got [1]'],
  ])('refuses %j', (options, message) => {
    expect(() => expectOptions<Options>('f', options as Options, CHECKS)).toThrow(message);
  });
});

it.each([
  [numberIn({ least: 0, above: true }), 0, false],
  [numberIn({ least: 0, above: true }), Number.MIN_VALUE, true],
  [numberIn({ most: 1, below: true }), 1, false],
  [numberIn(), Number.POSITIVE_INFINITY, false],
  [numberIn({ most: Number.POSITIVE_INFINITY }), Number.POSITIVE_INFINITY, true],
  [numberIn({ isWhole: true }), 1.5, false],
  [numberIn({ isWhole: true }), 2 ** 53, false],
  [listOf(numberIn()), [1, 2], true],
  [listOf(numberIn()), new Array(2), false],
  [listOf(numberIn(), 2), [1], false],
  [listOf(numberIn()), { length: 0 }, false],
  [A_SIGNAL, new AbortController().signal, true],
  [A_SIGNAL, new AbortController(), false],
])('%j of %j: %j', (check, value, holds) => {
  expect(check[1](value)).toBe(holds);
  if (!holds) expect(() => expectValue('f', 'x', value, check)).toThrow(/^f: expected .* as x, got /);
});
