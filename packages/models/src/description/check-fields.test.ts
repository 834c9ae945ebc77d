import { expect, test } from 'vitest';
import { COUNT, listOf } from './check-fields.ts';

test('a list with a hole is none', () => {
  const hole: unknown[] = [1, 2];
  delete hole[0];
  expect(listOf(COUNT).holds(hole)).toBe(false);
  expect(listOf(COUNT, 2).holds([1, 2])).toBe(true);
});
