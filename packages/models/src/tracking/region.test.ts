import { measureSegments, packMask } from '@seg/postprocess';
import { expect, test } from 'vitest';

import { movedIou, regionsOfInstances, regionsOfMap, type SegmentRegion } from './region.ts';

const [WIDTH, HEIGHT] = [13, 9];

/** Two maps of a few blobs, from a generator with a seed. */
function randomIds(seed: number): Int32Array {
  let state = seed;
  const next = (most: number) => (state = (state * 48_271) % 2_147_483_647) % most;
  return Int32Array.from({ length: WIDTH * HEIGHT }, () => Math.max(0, next(5) - 1));
}

function mapOf(ids: Int32Array) {
  const claims = [1, 2, 3].map((id) => ({ id, category: 0, isThing: true, score: 1 }));
  return { ids, width: WIDTH, height: HEIGHT, segments: measureSegments(ids, WIDTH, claims) };
}

/** The same by pixels: of the moved region those within the picture. */
function slowIou(a: Int32Array, id: number, b: Int32Array, other: number, dx: number, dy: number): number {
  let [shared, union] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(i % WIDTH) - dx, Math.floor(i / WIDTH) - dy];
    const isMoved = x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT && b[y * WIDTH + x] === other;
    if (a[i] === id && isMoved) shared++;
    if (a[i] === id || isMoved) union++;
  }
  return union === 0 ? 0 : shared / union;
}

test('runs give the IoU of pixels, moved anywhere, in and out of the picture', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const [a, b] = [randomIds(seed), randomIds(seed + 100)];
    const [ofA, ofB] = [regionsOfMap(mapOf(a)), regionsOfMap(mapOf(b))];
    for (const [dx, dy] of [
      [0, 0],
      [3, -2],
      [-5, 4],
      [12, 0],
      [0, 20],
    ]) {
      // biome-ignore format: one line
      for (const [k, region] of ofA.entries()) {
        for (const [j, other] of ofB.entries()) {
          const found = movedIou(region, { region: other, shift: [dx, dy] }, [HEIGHT, WIDTH]);
          expect(found).toBe(slowIou(a, k + 1, b, j + 1, dx, dy));
        }
      }
    }
  }
});

test('a mask has the runs that its segment has in a map', () => {
  const ids = randomIds(9);
  const instances = [1, 2, 3].map((id) => {
    const mask = packMask(
      Array.from(ids, (one) => Number(one === id)),
      0,
      1,
      [HEIGHT, WIDTH],
    );
    return { category: 0, score: 1, mask };
  });
  const expected: SegmentRegion[] = regionsOfMap(mapOf(ids));
  expect(regionsOfInstances({ instances, width: WIDTH, height: HEIGHT })).toEqual(expected);
});
