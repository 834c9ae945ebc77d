import { describe, expect, test } from 'vitest';

import { SegmentationTrackingQuality } from './segmentation-tracking-quality.ts';

const categories = [
  { id: 1, isthing: 1, name: 'cat' },
  { id: 2, isthing: 0, name: 'sky' },
];

/** A map whose ids 1 to 9 are cats, 10 and above sky. */
function map(ids: number[], crowds: number[] = []) {
  const segments = [...new Set(ids)]
    .filter((id) => id > 0)
    .map((id) => ({ id, category_id: id < 10 ? 1 : 2, iscrowd: Number(crowds.includes(id)) }));
  return { ids, segments };
}

function scores(frames: [truth: number[], prediction: number[]][], crowds: number[] = []) {
  const measure = new SegmentationTrackingQuality({ categories });
  for (const [truth, prediction] of frames) {
    measure.add({ groundTruth: map(truth, crowds), prediction: map(prediction) });
  }
  const { stq, aq, sq } = measure.result();
  return { stq, aq, sq };
}

describe('by hand, from the formulas of the paper', () => {
  test('the truth with itself is 1, under other ids too', () => {
    expect(scores([[[1, 1, 10], [5, 5, 20]], [[1, 2, 10], [5, 6, 20]]])).toEqual({ stq: 1, aq: 1, sq: 1 }); // biome-ignore format: one line
  });

  test('an id that changes in the middle', () => {
    // |g| = 4, two predicted tracks of 2: AQ = 1/4 (2 · 2/4 + 2 · 2/4) = 1/2
    expect(scores([[[1, 1], [1, 1]], [[1, 1], [2, 2]]])).toEqual({ stq: Math.sqrt(0.5), aq: 0.5, sq: 1 }); // biome-ignore format: one line
  });

  test('false and missing pixels', () => {
    // |g| = 3, |p| = 3, shared 2: AQ = 1/3 · 2 · 2/4; cat 2/4, sky: truth 3, predicted 3, shared 2: 2/4
    const { aq, sq } = scores([[[1, 1, 10], [1, 10, 10]], [[1, 10, 10], [1, 1, 10]]]); // biome-ignore format: one line
    expect(aq).toBeCloseTo(1 / 3, 15);
    expect(sq).toBe(0.5);
  });

  test('crowds are nothing to track, void nothing to classify, and a void prediction is missed', () => {
    // Crowd 2 of two pixels: not in AQ. Void: predicted cat there counts for the track (|p| = 3) alone
    const { aq, sq } = scores([[[1, 1, 0, 2, 2, 10], [4, 4, 4, 5, 0, 10]]], [2]); // biome-ignore format: one line
    expect(aq).toBeCloseTo((1 / 2) * 2 * (2 / 3), 15);
    expect(sq).toBe((3 / 4 + 1) / 2); // cat: 4 true pixels, 3 of them predicted; sky: 1 of 1
  });

  test('no thing and no pixel are zero, not a division by zero', () => {
    expect(scores([[[10], [10]]])).toEqual({ stq: 0, aq: 0, sq: 1 }); // biome-ignore format: one line
    expect(new SegmentationTrackingQuality({ categories }).result()).toMatchObject({ stq: 0, aq: 0, sq: 0 });
  });

  test('tracks of several videos count alike, whatever the ids', () => {
    const measure = new SegmentationTrackingQuality({ categories });
    measure.add({ video: 'a', groundTruth: map([1, 1]), prediction: map([1, 1]) });
    measure.add({ video: 'b', groundTruth: map([1, 10]), prediction: map([10, 10]) });
    const { aq, sq, perVideo, iou } = measure.result();
    expect(aq).toBe(0.5); // (1 + 0) / 2 tracks
    expect(iou.map((one) => one.iou)).toEqual([2 / 3, 1 / 2]);
    expect(sq).toBe((2 / 3 + 1 / 2) / 2);
    expect(perVideo.map((one) => [one.video, one.aq])).toEqual([['a', 1], ['b', 0]]); // biome-ignore format: one line
  });
});

/** The formulas pixel by pixel over a whole video, in doubles: no pairs are counted, no state is kept. */
function slowScores(frames: { truth: number[]; prediction: number[] }[]) {
  const pixels = frames.flatMap(({ truth, prediction }) => truth.map((g, i) => [g, prediction[i]] as const));
  const classOf = (id: number) => (id === 0 ? 0 : id < 10 ? 1 : 2);
  const isThing = (id: number) => classOf(id) === 1;
  const count = (holds: (g: number, p: number) => boolean) => pixels.filter(([g, p]) => holds(g, p)).length;
  const ids = (side: 0 | 1) => [...new Set(pixels.map((pixel) => pixel[side]))].filter(isThing);
  const perTrack = ids(0).map((track) => {
    const size = count((g) => g === track);
    return ids(1).reduce((sum, id) => {
      const shared = count((g, p) => g === track && p === id);
      return sum + (shared * (shared / (size + count((_, p) => p === id) - shared))) / size;
    }, 0);
  });
  const ious = [1, 2].map((category) => {
    const shared = count((g, p) => classOf(g) === category && classOf(p) === category);
    return shared / count((g, p) => g !== 0 && (classOf(g) === category || classOf(p) === category));
  });
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { aq: mean(perTrack), sq: mean(ious) };
}

test('pairs counted a frame at a time give what the formulas give pixel by pixel', () => {
  let state = 17;
  const next = (most: number) => (state = (state * 48_271) % 2_147_483_647) % most;
  for (let round = 0; round < 5; round++) {
    const frames = Array.from({ length: 6 }, () => {
      const truth = Array.from({ length: 30 }, (_, i) => [1, 1, 2, 3, 10, 11, 0][(i + next(2)) % 7]);
      return { truth, prediction: truth.map((id) => (next(3) === 0 ? [1, 2, 4, 10, 0][next(5)] : id)) };
    });
    const found = scores(frames.map(({ truth, prediction }) => [truth, prediction]));
    const { aq, sq } = slowScores(frames);
    expect(found.aq).toBeCloseTo(aq, 14);
    expect(found.sq).toBeCloseTo(sq, 14);
    expect(found.stq).toBeCloseTo(Math.sqrt(aq * sq), 14);
  }
});

test('saved, sent and merged, it is the same', () => {
  const frames = ['a', 'b'].flatMap((video) =>
    [0, 1, 2].map((k) => ({ video, groundTruth: map([1, 2, 10, 10]), prediction: map([1, 1 + k, 10, 3]) })),
  );
  const whole = new SegmentationTrackingQuality({ categories });
  for (const frame of frames) whole.add(frame);
  const parts = ['b', 'a'].map((video) => {
    let part = new SegmentationTrackingQuality({ categories });
    for (const [k, frame] of frames.filter((one) => one.video === video).entries()) {
      if (k === 1) part = SegmentationTrackingQuality.restore(JSON.parse(JSON.stringify(part.save())));
      part.add(frame);
    }
    return part;
  });
  parts[0].merge(parts[1]);
  expect(parts[0].result()).toEqual(whole.result());
  expect(() => parts[0].merge(parts[1])).toThrow('expected video "a" once, got it twice');
});

test('states that were altered are refused by place', () => {
  const measure = new SegmentationTrackingQuality({ categories });
  measure.add({ groundTruth: map([1, 10]), prediction: map([1, 10]) });
  const state = measure.save();
  const [video] = state.videos;
  const restore = (change: object) => () =>
    SegmentationTrackingQuality.restore({ ...state, videos: [{ ...video, ...change }] } as never);
  expect(restore({})).not.toThrow();
  expect(restore({ pairs: [['1:1|1:1', 5]] })).toThrow('videos[0].pairs: expected at most 1 pixels of 1:1|1:1');
  expect(restore({ truths: [['1:1', -1]] })).toThrow('videos[0].truths: expected pixels of 1 or more');
  expect(restore({ classes: [{ category: 3 }] })).toThrow('videos[0].classes: expected a known category');
  expect(restore({ classes: [{ category: 1, shared: 2, truth: 1, predicted: 3 }] })).toThrow('no more shared');
  expect(() => SegmentationTrackingQuality.restore({ kind: 'x' } as never)).toThrow('kind segmentation-tracking');
});
