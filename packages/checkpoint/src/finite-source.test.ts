import { expect, test } from 'vitest';

import { finiteSource } from './finite-source.ts';

const sourceOf = (...values: number[]) => ({
  keys: () => ['stem.weight'],
  read: (key: string) => (key === 'stem.weight' ? { shape: [values.length], values: Float32Array.from(values) } : null),
});

test.each([
  [[1, Number.NaN, 2], 'NaN in stem.weight (1 of 3)'],
  [[Number.NEGATIVE_INFINITY, Number.NaN], '-Infinity in stem.weight (2 of 2)'],
  [[1e39], 'Infinity in stem.weight (1 of 1)'], // beyond float32
])('weights of %j are refused', (values, said) => {
  expect(() => finiteSource(sourceOf(...values), 'm.pth').read('stem.weight')).toThrow(
    `m.pth: expected finite weights, got ${said}`,
  );
});

test('finite weights and absent keys are handed on', () => {
  const source = finiteSource(sourceOf(1, -2, 0), 'm.pth');
  expect(source.read('stem.weight')).toEqual({ shape: [3], values: Float32Array.of(1, -2, 0) });
  expect(source.read('head.weight')).toBeNull();
  expect([...source.keys()]).toEqual(['stem.weight']);
});
