import { expect, test } from 'vitest';

import { packMask } from './bit-mask.ts';
import { layInstances } from './lay-instances.ts';

/** A picture of one row. */
function list(masks: { inside: number[]; score: number; id?: number; category?: number }[]) {
  const instances = masks.map(({ inside, score, id, category = 0 }) => {
    return { category, score, mask: packMask(inside, 0, 1, [1, 4]), ...(id !== undefined && { id }) };
  });
  return { instances, width: 4, height: 1 };
}

test('the most certain lies on top, the uncertain and the empty are left out', () => {
  const map = layInstances(
    list([
      { inside: [1, 1, 0, 0], score: 0.9 },
      { inside: [0, 1, 1, 0], score: 0.6, category: 3 },
      { inside: [0, 0, 0, 0], score: 0.6 },
      { inside: [1, 1, 1, 1], score: 0.4 },
    ]),
    { things: new Set([0]) },
  );
  expect([...map.ids]).toEqual([1, 1, 2, 0]);
  expect(map.segments.map(({ id, category, isThing, area }) => [id, category, isThing, area])).toEqual([
    [1, 0, true, 2],
    [2, 3, false, 1],
  ]);
});

test('tracked ones have their own ids, however large; others beside them are not shown', () => {
  const masks = [{ inside: [1, 1, 0, 0], score: 0.9, id: 2_000_000_000 }, { inside: [0, 0, 1, 0], score: 0.6 }]; // biome-ignore format: one line
  const map = layInstances(list(masks), { threshold: 0.1 });
  expect([...map.ids]).toEqual([2_000_000_000, 2_000_000_000, 0, 0]);
  expect(map.segments.map(({ id }) => id)).toEqual([2_000_000_000]);
});
