import { describe, expect, test } from 'vitest';

import { PanopticQuality } from '../panoptic/panoptic-quality.ts';
import { VideoPanopticQuality } from './video-panoptic-quality.ts';

const categories = [
  { id: 1, isthing: 1, name: 'cat' },
  { id: 2, isthing: 0, name: 'sky' },
];

/** A map whose ids 1 to 9 are cats, 10 and above sky. */
function map(ids: number[]) {
  const segments = [...new Set(ids)].filter((id) => id > 0).map((id) => ({ id, category_id: id < 10 ? 1 : 2 }));
  return { ids, segments };
}

function quality(frames: [truth: number[], prediction: number[]][], windows = [1, 2]) {
  const measure = new VideoPanopticQuality({ categories, windows });
  for (const [truth, prediction] of frames) measure.add({ groundTruth: map(truth), prediction: map(prediction) });
  return measure.result();
}

describe('by hand', () => {
  test('the truth with itself is 1 in every window', () => {
    const frame = [1, 1, 2, 10, 10, 0];
    const { all, things, stuff, perWindow } = quality([[frame, frame], [frame, frame]]); // biome-ignore format: one line
    expect([all, things, stuff, ...perWindow.map(({ all: { pq } }) => pq)]).toEqual([1, 1, 1, 1, 1]);
  });

  test('an id that changes is perfect a frame at a time, and wrong over two', () => {
    // Window 2: tube of truth 4 pixels, tubes 1 and 2 of 2 pixels each, IoU 2/4 each: no match, 1 miss, 2 false
    const { perWindow, all } = quality([[[1, 1], [1, 1]], [[1, 1], [2, 2]]]); // biome-ignore format: one line
    expect(perWindow[0].things).toMatchObject({ pq: 1, n: 1 });
    expect(perWindow[1].perCategory[0]).toMatchObject({ tp: 0, fp: 2, fn: 1, pq: 0 });
    expect(all).toBe(0.5);
  });

  test('tubes count by all their pixels', () => {
    // Window 2: truth 3 + 3 pixels, prediction 3 + 1, all within: IoU 4/6. Window 1: IoU 1 and 1/3, one found, one missed
    const { perWindow } = quality([[[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [1, 0, 0]]]); // biome-ignore format: one line
    expect(perWindow[1].perCategory[0]).toMatchObject({ tp: 1, fp: 0, fn: 0, iou: 4 / 6, pq: 4 / 6 });
    expect(perWindow[0].perCategory[0]).toMatchObject({ tp: 1, fp: 1, fn: 1, iou: 1, pq: 1 / 2 });
  });

  test('windows slide by one frame, and do not reach from one video into another', () => {
    const measure = new VideoPanopticQuality({ categories, windows: [2] });
    for (const video of ['a', 'b', 'a', 'b', 'a', 'c']) {
      measure.add({ video, groundTruth: map([1]), prediction: map([1]) });
    }
    // Two windows of a, one of b, none of c
    expect(measure.result()).toMatchObject({ all: 1, videos: 3, frames: 6 });
    expect(measure.result().perWindow[0].perCategory[0].tp).toBe(3);
  });

  test('void and crowds excuse over the whole tube', () => {
    const crowd = { ids: [3, 3], segments: [{ id: 3, category_id: 1, iscrowd: 1 }] };
    const measure = new VideoPanopticQuality({ categories, windows: [2] });
    measure.add({ groundTruth: crowd, prediction: map([7, 0]) });
    measure.add({ groundTruth: map([0, 10]), prediction: map([7, 10]) });
    const { perCategory } = measure.result().perWindow[0];
    expect(perCategory.map(({ tp, fp, fn }) => [tp, fp, fn])).toEqual([[0, 0, 0], [1, 0, 0]]); // biome-ignore format: one line
  });
});

/** Random maps; ids of truth and prediction are near each other. */
function randomVideo(
  seed: number,
  frames: number,
): { groundTruth: ReturnType<typeof map>; prediction: ReturnType<typeof map> }[] {
  let state = seed;
  const next = (most: number) => (state = (state * 48_271) % 2_147_483_647) % most;
  return Array.from({ length: frames }, () => {
    const truth = Array.from({ length: 40 }, (_, i) => [1, 2, 10, 11, 0][(i + next(3)) % 5]);
    return {
      groundTruth: map(truth),
      prediction: map(truth.map((id) => (next(4) === 0 ? [1, 3, 10, 12, 0][next(5)] : id))),
    };
  });
}

test('a window of one frame is panoptic quality, to the last digits', () => {
  const [video, still] = [new VideoPanopticQuality({ categories, windows: [1] }), new PanopticQuality({ categories })];
  for (const frame of randomVideo(5, 30)) {
    video.add(frame);
    still.add(frame);
  }
  const [{ perCategory, all }] = video.result().perWindow;
  const expected = still.result();
  expect(perCategory.map(({ tp, fp, fn }) => [tp, fp, fn])).toEqual(
    expected.perCategory.map(({ tp, fp, fn }) => [tp, fp, fn]),
  );
  expect(all.pq).toBeCloseTo(expected.all.pq, 12);
});

test('a window of frames is panoptic quality of the frames as one picture', () => {
  const frames = randomVideo(11, 12);
  const video = new VideoPanopticQuality({ categories, windows: [4] });
  for (const frame of frames) video.add(frame);
  const still = new PanopticQuality({ categories });
  for (let start = 0; start + 4 <= frames.length; start++) {
    const joined = (part: 'groundTruth' | 'prediction') =>
      map(frames.slice(start, start + 4).flatMap((frame) => frame[part].ids));
    still.add({ groundTruth: joined('groundTruth'), prediction: joined('prediction') });
  }
  expect(video.result().perWindow[0].all.pq).toBeCloseTo(still.result().all.pq, 12);
  expect(still.result().perCategory[0].tp).toBeGreaterThan(0);
});

test('shards in any order, saved in the middle of a video, give the bits of one run', () => {
  const videos = ['a', 'b', 'c'].map((video, k) => randomVideo(k + 1, 9).map((frame) => ({ video, ...frame })));
  const whole = new VideoPanopticQuality({ categories });
  for (const frame of videos.flat()) whole.add(frame);
  const shards = videos.map((frames) => {
    let shard = new VideoPanopticQuality({ categories });
    for (const [k, frame] of frames.entries()) {
      if (k === 5) shard = VideoPanopticQuality.restore(JSON.parse(JSON.stringify(shard.save())));
      shard.add(frame);
    }
    return shard;
  });
  shards[2].merge(shards[0]);
  shards[2].merge(shards[1]);
  expect(shards[2].result()).toEqual(whole.result());
  expect(() => shards[2].merge(shards[0])).toThrow('VideoPanopticQuality.merge: expected video "a" once, got it twice');
});

test('what does not fit is named', () => {
  const make = (options: object) => () => new VideoPanopticQuality({ categories, ...options } as never);
  expect(make({ windows: [] })).toThrow('VideoPanopticQuality: expected windows of one frame or more');
  expect(make({ windows: [0] })).toThrow('windows of one frame or more');
  expect(make({ categories: 1 })).toThrow('VideoPanopticQuality: categories');
  const add = (truth: number[], prediction: object) => () =>
    new VideoPanopticQuality({ categories }).add({ groundTruth: map(truth), prediction: prediction as never });
  expect(add([1], map([1, 1]))).toThrow('expected 1 pixels, got 2');
  expect(add([1], { ids: [4], segments: [] })).toThrow(
    'VideoPanopticQuality: expected every id of the predicted pixels',
  );
  expect(add([1], { ids: [4], segments: [{ id: 4, category_id: 9 }] })).toThrow(
    'expected a known category for segment 4',
  );
  const { videos, ...state } = new VideoPanopticQuality({ categories, windows: [1] }).save();
  const restore = (change: object) => () => VideoPanopticQuality.restore({ ...state, videos, ...change } as never);
  expect(restore({ version: 2 })).toThrow('expected a state of kind video-panoptic, version 1');
  const video = { video: 'a', frames: 1, open: [], tallies: [[{ category: 1, iou: 1, tp: 1, fp: 0, fn: 0 }]] };
  expect(restore({ videos: [video] })).not.toThrow();
  expect(restore({ videos: [{ ...video, tallies: [] }] })).toThrow('VideoPanopticQuality.restore: videos[0].tallies');
  expect(restore({ videos: [{ ...video, tallies: [[{ category: 5 }]] }] })).toThrow('a known category');
});
