import { requireSegments } from '../panoptic/check-panoptic-input.ts';
import type { PanopticCategory } from '../panoptic/panoptic-types.ts';
import { expectCounts, expectList, expectObject, expectThat, isCount, isWithin } from '../state/expect-value.ts';
import type { FrameCounts } from './video-frame.ts';
import type { StoredFrame, TubeTally, VideoPanopticQualityOptions, VideoPanopticState } from './video-types.ts';

/** A frame as JSON. */
export function storeFrame({ pairs, truths, predictions }: FrameCounts): StoredFrame {
  const { truthIds, predictedIds, counts } = pairs;
  return { truthIds: [...truthIds], predictedIds: [...predictedIds], counts: [...counts], truths, predictions };
}

type StoredVideo = { video: string; frames: number; tallies: TubeTally[][]; open: FrameCounts[] };

/** Checks a state. @throws TypeError or RangeError naming the place */
export function readVideoState(
  where: string,
  state: VideoPanopticState,
): {
  options: VideoPanopticQualityOptions;
  videos: (windows: number, categories: ReadonlyMap<number, PanopticCategory>) => StoredVideo[];
} {
  if (state?.kind !== 'video-panoptic' || state.version !== 1) {
    throw new TypeError(`${where}: expected a state of kind video-panoptic, version 1, got another`);
  }
  const options = expectObject(`${where}: options`, state.options) as VideoPanopticQualityOptions;
  const stored = expectList(`${where}: videos`, state.videos);
  return {
    options,
    videos: (windows, categories) =>
      stored.map((video, k) => readVideo(`${where}: videos[${k}]`, video, windows, categories)),
  };
}

function readVideo(
  where: string,
  stored: unknown,
  windows: number,
  categories: ReadonlyMap<number, PanopticCategory>,
): StoredVideo {
  const { video, frames, tallies, open } = expectObject(where, stored);
  expectThat(typeof video === 'string', where, 'a name of the video', video);
  expectThat(isCount(frames), where, 'a number of frames', frames);
  return {
    video,
    frames,
    tallies: expectList(`${where}.tallies`, tallies, windows).map((tally, k) =>
      expectList(`${where}.tallies[${k}]`, tally).map((one) =>
        readTubeTally(`${where}.tallies[${k}]`, one, categories),
      ),
    ),
    open: expectList(`${where}.open`, open).map((frame, k) => readFrame(`${where}.open[${k}]`, frame, categories)),
  };
}

function readTubeTally(where: string, stored: unknown, categories: ReadonlyMap<number, PanopticCategory>): TubeTally {
  const { category, iou, tp, fp, fn } = expectObject(where, stored);
  expectThat(categories.has(category as number), where, 'a known category', category);
  const [matches] = expectCounts(where, [tp, fp, fn]);
  expectThat(isWithin(iou, matches / 2, matches), where, `a sum of ${matches} IoU of 0.5 to 1`, iou);
  return { category, iou, tp, fp, fn } as TubeTally;
}

function readFrame(where: string, stored: unknown, categories: ReadonlyMap<number, PanopticCategory>): FrameCounts {
  const frame = expectObject(where, stored);
  const truthIds = expectCounts(`${where}.truthIds`, frame.truthIds);
  const predictedIds = expectCounts(`${where}.predictedIds`, frame.predictedIds);
  const counts = expectCounts(`${where}.counts`, frame.counts, truthIds.length * predictedIds.length);
  for (const list of ['truths', 'predictions'] as const) {
    requireSegments(`${where}.${list}`, frame[list], categories);
  }
  const { truths, predictions } = frame as StoredFrame;
  const [rows, columns, pixels] = [truthIds, predictedIds, counts].map((values) =>
    Float64Array.from(values as number[]),
  );
  return { pairs: { truthIds: rows, predictedIds: columns, counts: pixels }, truths, predictions };
}
