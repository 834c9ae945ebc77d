import { expect, test } from 'vitest';

import { colorize, segmentColors } from './colorize.ts';

const person = (id: number) => ({ id, category: 0, isThing: true });

test('segments of a crowd have colors of their own, the same every time', () => {
  const crowd = Array.from({ length: 12 }, (_, i) => person(i + 1));
  const colors = segmentColors(crowd, [[220, 20, 60]]);
  expect(colors.get(1)).toEqual([220, 20, 60]);
  expect(new Set([...colors.values()].map(String)).size).toBe(12);
  expect(segmentColors(crowd, [[220, 20, 60]])).toEqual(colors);
});

test('categories without a color get distinct ones', () => {
  const segments = Array.from({ length: 30 }, (_, i) => ({ id: i + 1, category: i, isThing: i % 2 === 0 }));
  const colors = [...segmentColors(segments).values()];
  expect(new Set(colors.map(String)).size).toBe(30);
  expect(colors.flat().every((channel) => channel >= 0 && channel <= 255)).toBe(true);
});

test('a map is painted, void in black', () => {
  const ids = Int32Array.of(0, 1, 1, 2);
  const one = { score: 1, area: 2, bbox: [0, 0, 2, 2] as [number, number, number, number] };
  const segments = [
    { id: 1, category: 0, isThing: true, ...one },
    { id: 2, category: 1, isThing: false, ...one },
  ];
  const { data } = colorize({ ids, width: 2, height: 2, segments }, [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect([...data]).toEqual([0, 0, 0, 1, 2, 3, 1, 2, 3, 4, 5, 6]);
});
