import { expect, test } from 'vitest';

import { seededRandom } from './random.ts';

test('an array is filled with what calls would give, before and after them', () => {
  for (const seed of [0, 7, -3, 0xffffffff]) {
    const [called, filling] = [seededRandom(seed), seededRandom(seed)];
    const expected = Float32Array.from({ length: 40 }, () => called());
    const values = new Float32Array(38);
    const first = filling();
    filling.fill!(values);
    expect([Math.fround(first), ...values, Math.fround(filling())]).toEqual([...expected]);
  }
});

// expected values: mulberry32 as published, of the seed 1
test('mulberry32', () => {
  const random = seededRandom(1);
  expect([random(), random()].map((value) => value.toFixed(12))).toEqual(['0.627073940588', '0.002735721180']);
});
