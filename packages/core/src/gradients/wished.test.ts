import { expect, test } from 'vitest';

import { together, withWished } from './wished.ts';

test('those that are read are made together, once', () => {
  const made: string[][] = [];
  const make = (names: readonly string[]) => {
    made.push([...names]);
    return names.map((name) => `gradient of ${name}`);
  };
  const { a, c } = withWished(['c', 'a', 'elsewhere'], () => together(['a', 'b', 'c'], make));
  expect([c(), a(), c()]).toEqual(['gradient of c', 'gradient of a', 'gradient of c']);
  expect(made).toEqual([['a', 'c']]);
});

test('each for itself where nobody says which are read', () => {
  const made: string[][] = [];
  const gradients = together(['a', 'b'], (names) => {
    made.push([...names]);
    return names.map((name) => name.length);
  });
  gradients.b();
  gradients.a();
  expect(made).toEqual([['b'], ['a']]);
});

test('what was read before a failure is read again behind it', () => {
  const inner = () =>
    withWished(['b'], () => {
      throw new Error('of a gradient');
    });
  const make = (names: readonly string[]) => [...names];
  const { a, b } = withWished(['a'], () => {
    expect(inner).toThrow('of a gradient');
    return together(['a', 'b'], make);
  });
  expect([a(), b()]).toEqual(['a', 'b']);
});
