import { expect, test } from 'vitest';

import { SCENE_CATEGORIES } from './categories.ts';
import { generateScene, type Scene } from './generate-scene.ts';
import { SCENE_SPLITS, sceneSeed } from './splits.ts';

test('a seed names the same bytes on every platform', () => {
  // Recorded on Node 20, x64. The generator adds, multiplies and takes square roots, which IEEE 754 fixes to the bit.
  expect(fingerprint(generateScene({ seed: 0 }))).toBe('5.8ab61894');
  expect(fingerprint(generateScene({ seed: 2_000_000_007, height: 96, width: 160 }))).toBe('9.58936d8');
});

test('neighboring seeds give different scenes', () => {
  const prints = Array.from({ length: 20 }, (_, seed) => fingerprint(generateScene({ seed, height: 64, width: 64 })));
  expect(new Set(prints).size).toBe(20);
});

test('segments describe the map: every pixel has one, areas and boxes are exact', () => {
  for (let seed = 0; seed < 25; seed++) expectConsistent(generateScene({ seed, height: 96, width: 130 }));
});

test('the set shows all eight things and four stuffs, one segment per stuff, things in number', () => {
  const counts = new Map<number, number>();
  let things = 0;
  for (let seed = 0; seed < 100; seed++) {
    const { segments } = generateScene({ seed });
    const stuff = segments.filter(({ isThing }) => !isThing).map(({ category_id }) => category_id);
    expect(new Set(stuff).size).toBe(stuff.length);
    things += segments.length - stuff.length;
    for (const { category_id } of segments) counts.set(category_id, (counts.get(category_id) ?? 0) + 1);
  }
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual(SCENE_CATEGORIES.map(({ id }) => id));
  expect(Math.min(...counts.values())).toBeGreaterThan(30);
  expect(things / 100).toBeGreaterThan(4);
});

test('some things are small, some touch or overlap', () => {
  const scenes = Array.from({ length: 60 }, (_, seed) => generateScene({ seed }));
  const things = scenes.flatMap(({ segments }) => segments.filter(({ isThing }) => isThing));
  expect(things.filter(({ area }) => area < 32 * 32 * 0.15).length).toBeGreaterThan(10);
  expect(scenes.filter(hasTouchingThings).length).toBeGreaterThan(30);
});

test('sizes out of range are refused with both sides named', () => {
  expect(() => generateScene({ seed: 1, height: 20, width: 64 })).toThrow('32 to 1024 pixels, got 20x64');
  expect(() => generateScene({ seed: 1, height: 64.5 })).toThrow(RangeError);
});

test('splits do not share seeds, and refuse an index outside', () => {
  const ranges = Object.values(SCENE_SPLITS).sort((a, b) => a.start - b.start);
  for (let i = 1; i < ranges.length; i++) {
    expect(ranges[i].start).toBeGreaterThanOrEqual(ranges[i - 1].start + ranges[i - 1].count);
  }
  expect(ranges.at(-1)!.start + ranges.at(-1)!.count).toBeLessThan(2 ** 32); // the generator keeps 32 bits of a seed
  expect(sceneSeed('testing', 3)).toBe(2_000_000_003);
  expect(() => sceneSeed('training', -1)).toThrow('got -1');
});

function expectConsistent({ image, panoptic, segments }: Scene): void {
  const areas = new Map<number, number>();
  const boxes = new Map<number, [number, number, number, number]>();
  for (let i = 0; i < panoptic.length; i++) {
    const [x, y] = [i % image.width, Math.floor(i / image.width)];
    areas.set(panoptic[i], (areas.get(panoptic[i]) ?? 0) + 1);
    const [left, top, right, bottom] = boxes.get(panoptic[i]) ?? [x, y, x, y];
    boxes.set(panoptic[i], [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)]);
  }
  expect(areas).toEqual(new Map(segments.map(({ id, area }) => [id, area])));
  for (const { id, bbox } of segments) {
    const [left, top, right, bottom] = boxes.get(id)!;
    expect(bbox).toEqual([left, top, right - left + 1, bottom - top + 1]);
  }
}

function hasTouchingThings({ image, panoptic, segments }: Scene): boolean {
  const things = new Set(segments.filter(({ isThing }) => isThing).map(({ id }) => id));
  return panoptic.some((id, i) => {
    const right = (i + 1) % image.width === 0 ? id : panoptic[i + 1];
    return id !== right && things.has(id) && things.has(right);
  });
}

/** Number of segments and FNV-1a (32 bit) over image bytes and ids. */
function fingerprint({ image, panoptic, segments }: Scene): string {
  let hash = 0x811c9dc5;
  for (const byte of image.data) hash = Math.imul(hash ^ byte, 0x01000193);
  for (const id of panoptic) hash = Math.imul(hash ^ id, 0x01000193);
  return `${segments.length}.${(hash >>> 0).toString(16)}`;
}
