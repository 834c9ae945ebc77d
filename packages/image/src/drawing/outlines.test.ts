import { expect, test } from 'vitest';

import { outlines } from './outlines.ts';

test('outlines lie on both sides of a border, none around the picture', () => {
  // biome-ignore format: a picture
  const ids = [
    1, 1, 1, 2,
    1, 1, 1, 2,
    1, 1, 1, 1,
  ];
  // biome-ignore format: a picture
  expect([...outlines(ids, [3, 4])]).toEqual([
    0, 0, 1, 1,
    0, 0, 1, 1,
    0, 0, 0, 1,
  ]);
  expect(outlines(new Int32Array(12), [3, 4]).some((mark) => mark === 1)).toBe(false);
});
