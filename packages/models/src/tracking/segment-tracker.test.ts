import { type InstanceList, measureSegments, packMask, type SegmentMap } from '@seg/postprocess';
import { describe, expect, test } from 'vitest';

import { SegmentTracker } from './segment-tracker.ts';

const [WIDTH, HEIGHT] = [40, 20];

type Square = {
  x: number;
  y: number;
  side?: number;
  category?: number;
  isThing?: boolean;
  look?: number[];
  score?: number;
};

/** A map of squares, the first in front, under ids in an order of their own. */
function frame(squares: Square[], order = squares.map((_, i) => i)): SegmentMap {
  const ids = new Int32Array(WIDTH * HEIGHT);
  for (const k of squares.keys()) {
    const { x, y, side = 5 } = squares[squares.length - 1 - k];
    for (let i = 0; i < ids.length; i++) {
      const [column, row] = [i % WIDTH, Math.floor(i / WIDTH)];
      if (column >= x && column < x + side && row >= y && row < y + side) ids[i] = 1 + order[squares.length - 1 - k];
    }
  }
  const claims = squares.map(({ category = 0, isThing = true, score = 0.9 }, k) => ({
    id: 1 + order[k],
    category,
    isThing,
    score,
  }));
  const segments = measureSegments(ids, WIDTH, claims).map((segment) => {
    const { look } = squares[order.indexOf(segment.id - 1)];
    return look === undefined ? segment : { ...segment, embedding: Float32Array.from(look) };
  });
  return { ids, width: WIDTH, height: HEIGHT, segments };
}

/** Ids that a tracker gives, in the order of the segments. */
const idsOf = ({ segments }: SegmentMap) => segments.map(({ id }) => id);

describe('maps', () => {
  test('ids stay where the order of the segments changes, in the pixels too', () => {
    const tracker = new SegmentTracker();
    const squares = [{ x: 2, y: 2 }, { x: 20, y: 5 }, { x: 30, y: 12 }]; // biome-ignore format: one line
    expect(idsOf(tracker.update(frame(squares)))).toEqual([1, 2, 3]);
    const moved = squares.map(({ x, y }) => ({ x: x + 1, y }));
    const later = tracker.update(frame(moved, [2, 0, 1]));
    expect(idsOf(later)).toEqual([1, 2, 3]);
    for (const [k, { x, y }] of moved.entries()) expect(later.ids[y * WIDTH + x]).toBe(k + 1);
    expect(later.ids[0]).toBe(0);
  });

  test('one that comes gets a new id, one that goes leaves its own to nobody', () => {
    const tracker = new SegmentTracker({ memory: 0 });
    tracker.update(frame([{ x: 2, y: 2 }]));
    expect(idsOf(tracker.update(frame([{ x: 30, y: 10 }, { x: 2, y: 2 }])))).toEqual([2, 1]); // biome-ignore format: one line
    expect(idsOf(tracker.update(frame([{ x: 30, y: 10 }])))).toEqual([2]);
    expect(idsOf(tracker.update(frame([{ x: 2, y: 2 }])))).toEqual([3]);
  });

  test('one that is hidden for a while is found where it must have gone', () => {
    const tracker = new SegmentTracker({ memory: 5 });
    const at = (x: number) => frame([{ x, y: 8 }]);
    for (const x of [2, 5, 8, 11]) expect(idsOf(tracker.update(at(x)))).toEqual([1]);
    for (let k = 0; k < 4; k++) tracker.update(frame([]));
    expect(idsOf(tracker.update(at(26)))).toEqual([1]); // 11 + 5 · 3
    for (let k = 0; k < 6; k++) tracker.update(frame([]));
    expect(idsOf(tracker.update(at(26)))).toEqual([2]); // beyond the memory
  });

  test('small things that move by more than they measure go on by nearness', () => {
    const tracker = new SegmentTracker();
    tracker.update(frame([{ x: 2, y: 2, side: 3 }, { x: 20, y: 10, side: 3 }])); // biome-ignore format: one line
    expect(idsOf(tracker.update(frame([{ x: 20, y: 13, side: 3 }, { x: 3, y: 2, side: 3 }])))).toEqual([2, 1]); // biome-ignore format: one line
  });

  test('looks decide between two at one place', () => {
    const tracker = new SegmentTracker();
    const [red, blue] = [[1, 0], [0, 1]]; // biome-ignore format: one line
    tracker.update(frame([{ x: 10, y: 5, look: red }, { x: 15, y: 5, look: blue }])); // biome-ignore format: one line
    // Both have moved by half their size: each half covers the other's old place
    const crossed = frame([{ x: 12, y: 5, look: blue, side: 6 }, { x: 13, y: 9, look: red, side: 6 }]); // biome-ignore format: one line
    expect(idsOf(tracker.update(crossed))).toEqual([2, 1]);
  });

  test('a class that flips keeps its id; stuff is one of its class for ever', () => {
    const tracker = new SegmentTracker({ memory: 1 });
    const sky = { x: 0, y: 0, side: 4, category: 7, isThing: false };
    tracker.update(frame([{ x: 10, y: 5, category: 1 }, sky]));
    expect(idsOf(tracker.update(frame([{ x: 10, y: 5, category: 2 }])))).toEqual([1]);
    for (let k = 0; k < 5; k++) tracker.update(frame([{ x: 10, y: 5 }]));
    expect(idsOf(tracker.update(frame([{ ...sky, x: 30, y: 12 }])))).toEqual([2]);
    expect(idsOf(tracker.update(frame([{ ...sky, category: 8 }])))).toEqual([3]);
  });

  test('a long video: the state is bounded, no id is used twice', () => {
    const tracker = new SegmentTracker({ memory: 50, maxTracks: 10 });
    const seen = new Set<number>();
    for (let k = 0; k < 200; k++) {
      for (const id of idsOf(
        tracker.update(frame([{ x: (k * 17) % 35, y: (k * 7) % 15, category: k, look: [k % 2, (k + 1) % 2] }])),
      )) {
        seen.add(id);
      }
    }
    expect((tracker as unknown as { tracks: unknown[] }).tracks.length).toBeLessThanOrEqual(10);
    expect(Math.max(...seen)).toBe(seen.size);
  });

  test('what goes in is left as it is', () => {
    const before = frame([{ x: 2, y: 2 }]);
    const copy = structuredClone(before);
    const tracker = new SegmentTracker();
    tracker.update(frame([{ x: 20, y: 2 }]));
    tracker.update(before);
    expect(before).toEqual(copy);
  });
});

describe('instances', () => {
  function list(masks: { x: number; score: number }[]): InstanceList {
    const instances = masks.map(({ x, score }) => {
      const values = Array.from({ length: WIDTH * HEIGHT }, (_, i) => Number(i % WIDTH >= x && i % WIDTH < x + 6));
      return { category: 0, score, mask: packMask(values, 0, 1, [HEIGHT, WIDTH]) };
    });
    return { instances, width: WIDTH, height: HEIGHT };
  }
  const ids = ({ instances }: InstanceList) => instances.map(({ id }) => id);

  test('get ids where they are sure enough to begin, and keep them where they are not any more', () => {
    const tracker = new SegmentTracker({ birthScore: 0.5 });
    expect(ids(tracker.update(list([{ x: 3, score: 0.9 }, { x: 20, score: 0.2 }])))).toEqual([1, undefined]); // biome-ignore format: one line
    expect(ids(tracker.update(list([{ x: 21, score: 0.8 }, { x: 4, score: 0.1 }])))).toEqual([2, 1]); // biome-ignore format: one line
  });

  test('may overlap; an empty mask is nobody', () => {
    const tracker = new SegmentTracker();
    expect(ids(tracker.update(list([{ x: 3, score: 0.9 }, { x: 5, score: 0.9 }, { x: 99, score: 1 }])))).toEqual([1, 2, undefined]); // biome-ignore format: one line
    expect(ids(tracker.update(list([{ x: 6, score: 0.9 }, { x: 4, score: 0.9 }])))).toEqual([2, 1]); // biome-ignore format: one line
  });
});

test('frames of another size begin anew, stuff too, under ids that were never given', () => {
  const tracker = new SegmentTracker();
  const sky = { x: 0, y: 0, category: 7, isThing: false };
  expect(idsOf(tracker.update(frame([{ x: 10, y: 5 }, sky])))).toEqual([1, 2]);
  const [tall, wide] = [WIDTH, HEIGHT]; // the phone is turned
  const turned = frame([{ x: 10, y: 5 }, sky]);
  expect(idsOf(tracker.update({ ...turned, width: wide, height: tall }))).toEqual([3, 4]);
  expect(idsOf(tracker.update({ ...turned, width: wide, height: tall }))).toEqual([3, 4]);
  expect(idsOf(tracker.update(turned))).toEqual([5, 6]);
});

test('what is no option is refused', () => {
  expect(() => new SegmentTracker({ memory: -1 })).toThrow('expected a whole number from 0 on as memory, got -1');
  expect(() => new SegmentTracker({ maxTracks: 0 })).toThrow('from 1 on as maxTracks, got 0');
  expect(() => new SegmentTracker({ birthScore: Number.NaN })).toThrow('a finite number as birthScore, got NaN');
});
