import { expect, test } from 'vitest';

import { freePlace, innermostPixels } from './label-places.ts';

test('a label belongs where its segment is widest', () => {
  const width = 9;
  const ids = Int32Array.from({ length: 9 * 5 }, (_, i) => (i % width < 2 ? 1 : 2));
  const places = innermostPixels({ ids, width, height: 5, segments: [] });
  expect(places.get(2)!.y).toBe(2);
  expect(places.get(2)!.x).toBeGreaterThanOrEqual(4);
});

test('labels stay in the picture and off each other', () => {
  const size = { width: 20, height: 10 };
  const picture = { width: 50, height: 40 };
  const first = freePlace({ x: 0, y: 0 }, size, picture, [])!;
  expect(first).toEqual({ x: 0, y: 0, width: 20, height: 10 });
  const second = freePlace({ x: 5, y: 3 }, size, picture, [first])!;
  expect(second.y).toBeGreaterThanOrEqual(10);
  expect(freePlace({ x: 25, y: 20 }, size, picture, [{ x: 0, y: 0, width: 50, height: 40 }])).toBeNull();
});
