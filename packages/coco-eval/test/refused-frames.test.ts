import { describe, expect, test } from 'vitest';
import { SegmentationTrackingQuality } from '../src/video/segmentation-tracking-quality.ts';
import { VideoPanopticQuality } from '../src/video/video-panoptic-quality.ts';

const categories = [{ id: 1, isthing: 1 }];
const map = (ids: number[], more = {}) => ({ ids, segments: [{ id: 3, category_id: 1, ...more }] });
const frame = { groundTruth: map([3, 3]), prediction: map([3, 3]) };

describe.each([VideoPanopticQuality, SegmentationTrackingQuality])('%o', (Quality) => {
  test.each([3, {}, [], true])('a video named %j is refused', (video) => {
    const quality = new Quality({ categories });
    expect(() => quality.add({ ...frame, video: video as never })).toThrow(/: expected a name of the video, got/);
    expect(quality.result().frames).toBe(0);
  });

  test('an area below the pixels there are is refused', () => {
    const quality = new Quality({ categories });
    const add = () => quality.add({ ...frame, groundTruth: map([3, 3], { area: 1 }) });
    expect(add).toThrow(/: expected area of at least its 2 pixels for segment 3, got 1/);
    expect(quality.result().frames).toBe(0);
  });

  test('frames that are none, and what is no such quality, are refused', () => {
    const quality = new Quality({ categories });
    for (const wrong of [null, 5, 'x']) expect(() => quality.add(wrong as never)).toThrow(/expected an object, got/);
    for (const other of [null, quality.save()])
      expect(() => quality.merge(other as never)).toThrow(/merge: expected a/);
  });
});

test('windows with holes are refused', () => {
  for (const windows of [new Array(1), [1, undefined], [1, NaN]])
    expect(() => new VideoPanopticQuality({ categories, windows: windows as never })).toThrow(
      'expected windows of one',
    );
});

test('a frame that is refused in a later window leaves the earlier ones as they were', () => {
  const quality = new VideoPanopticQuality({ categories, windows: [1, 2] });
  quality.add(frame);
  const state = structuredClone(quality.save());
  state.videos[0].open[0].predictions = []; // the pixels of a prediction that nothing lists
  const torn = VideoPanopticQuality.restore(state);
  const before = torn.save();
  const other = { ids: [4, 4], segments: [{ id: 4, category_id: 1 }] };
  expect(() => torn.add({ groundTruth: frame.groundTruth, prediction: other })).toThrow('got 3');
  expect(torn.save()).toEqual(before);
});

test.each([2, 0.4, NaN, null])('a saved sum of IoU of %j for one match is refused', (iou) => {
  const quality = new VideoPanopticQuality({ categories });
  quality.add(frame);
  const state = structuredClone(quality.save());
  state.videos[0].tallies[0][0].iou = iou as never;
  expect(() => VideoPanopticQuality.restore(state)).toThrow('expected a sum of 1 IoU of 0.5 to 1, got');
});

test('a saved segment with an area that is none is refused', () => {
  const quality = new VideoPanopticQuality({ categories });
  quality.add(frame);
  const state = structuredClone(quality.save());
  state.videos[0].open[0].truths[0].area = -5;
  expect(() => VideoPanopticQuality.restore(state)).toThrow('expected area of a number, or none, got -5');
});
