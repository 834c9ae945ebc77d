import { expect, test } from 'vitest';

import { splitEvenly } from './split-evenly.ts';

const units = Array.from({ length: 20 }, (_, i) => ({ members: [i], classes: i % 5 === 0 ? [0, 1] : [0] }));

test('every class is in every part as its share wants it, every image in one', () => {
  for (let seed = 0; seed < 20; seed++) {
    const parts = splitEvenly(units, [0.5, 0.25, 0.25], seed);
    expect(parts.map(({ length }) => length)).toEqual([10, 5, 5]);
    expect(parts.map((members) => members.filter((i) => i % 5 === 0).length)).toEqual([2, 1, 1]);
    expect(parts.flat().sort((a, b) => a - b)).toEqual(units.map((_, i) => i));
  }
});

test('seeds decide, and what has to stay together does', () => {
  expect(splitEvenly(units, [0.8, 0.2], 1)).toEqual(splitEvenly(units, [0.8, 0.2], 1));
  expect(splitEvenly(units, [0.8, 0.2], 1)).not.toEqual(splitEvenly(units, [0.8, 0.2], 2));
  const twins = [{ members: [0, 1, 2], classes: [0] }, ...[3, 4, 5].map((i) => ({ members: [i], classes: [0] }))];
  for (let seed = 0; seed < 20; seed++) {
    const [first, second] = splitEvenly(twins, [0.5, 0.5], seed);
    expect([first, second].some((part) => [0, 1, 2].every((i) => part.includes(i)))).toBe(true);
  }
});

test('images without objects are shared out, too', () => {
  const empty = Array.from({ length: 8 }, (_, i) => ({ members: [i], classes: [] }));
  expect(splitEvenly(empty, [0.75, 0.25], 1).map(({ length }) => length)).toEqual([6, 2]);
});
