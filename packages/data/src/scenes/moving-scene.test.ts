import { expect, test } from 'vitest';

import { generateMovingScene } from './moving-scene.ts';

const video = (seed: number, frames = 24, size = 64) => [
  ...generateMovingScene({ seed, frames, height: size, width: size }),
];

test('the same options give the same bytes, and one frame is the first of many', () => {
  expect(video(7, 1)[0]).toEqual(video(7, 3)[0]);
  expect(video(7, 1)[0].image.data).not.toEqual(video(8, 1)[0].image.data);
});

test('every pixel has a segment, whose area and class fit, and an id never changes its class', () => {
  const categories = new Map<number, number>();
  for (const { panoptic, segments } of video(3)) {
    const areas = new Map<number, number>();
    for (const id of panoptic) areas.set(id, (areas.get(id) ?? 0) + 1);
    expect(new Map(segments.map(({ id, area }) => [id, area]))).toEqual(areas);
    for (const { id, category_id, isThing } of segments) {
      expect(categories.get(id) ?? category_id).toBe(category_id);
      expect(isThing).toBe(category_id <= 8);
      categories.set(id, category_id);
    }
  }
});

test('things move, enter, leave, and are hidden for a while; most are there in the next frame', () => {
  let [entered, left, returned, stayed] = [0, 0, 0, 0];
  for (const seed of [1, 2, 3, 4]) {
    const frames = video(seed, 40).map(
      ({ segments }) => new Set(segments.filter(({ isThing }) => isThing).map(({ id }) => id)),
    );
    const gone = new Set<number>();
    for (let k = 1; k < frames.length; k++) {
      for (const id of frames[k]) {
        if (frames[k - 1].has(id)) stayed++;
        else if (gone.has(id)) returned++;
        else entered++;
      }
      for (const id of frames[k - 1]) if (!frames[k].has(id)) left += Number(gone.add(id) !== undefined);
    }
  }
  expect(entered).toBeGreaterThan(8);
  expect(left).toBeGreaterThan(8);
  expect(returned).toBeGreaterThan(0);
  expect(stayed).toBeGreaterThan(400);
});

test('sizes and numbers of frames out of range are refused', () => {
  expect(() => video(1, 0)).toThrow('generateMovingScene: expected a number of frames from 1 on, got 0');
  expect(() => video(1, 1, 16)).toThrow('sides of 32 to 512 pixels, got 16x16');
});
