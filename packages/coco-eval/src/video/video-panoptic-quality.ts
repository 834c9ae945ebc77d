import { readOptions } from '../panoptic/check-panoptic-input.ts';
import { matchSegments, type SegmentMatches } from '../panoptic/match-segments.ts';
import type { CategoryQuality, PanopticCategory } from '../panoptic/panoptic-types.ts';
import { emptyTallies, qualityOf } from '../panoptic/quality-means.ts';
import { expectNames } from '../state/expect-options.ts';
import { expectThat, isCount } from '../state/expect-value.ts';
import { joinFrames } from './tubes.ts';
import { countFrame, type FrameCounts, type VideoPanopticFrame } from './video-frame.ts';
import { readVideoState, storeFrame } from './video-state.ts';
import type { TubeTally, VideoPanopticQualityOptions, VideoPanopticResult, VideoPanopticState } from './video-types.ts';

/** Windows of 0, 5, 10 and 15 frames in Cityscapes-VPS, where every fifth has truth. */
const WINDOWS = [1, 2, 3, 4];

/** State of a video: tallies by window, and the last frames. */
type Video = { frames: number; tallies: Map<number, TubeTally>[]; open: FrameCounts[] };

/**
 * Video panoptic quality (Kim et al. 2020, "Video Panoptic Segmentation", section 3.2): panoptic quality of the tubes in
 * every window of k neighboring frames, a tube being all pixels of an id; the mean over categories that occur, then over k.
 * Void and crowds count as in panoptic quality, which k = 1 is. Takes one frame at a time.
 */
export class VideoPanopticQuality {
  readonly options: VideoPanopticQualityOptions;
  readonly #categories: ReadonlyMap<number, PanopticCategory>;
  readonly #windows: readonly number[];
  #videos = new Map<string, Video>();

  constructor(options: VideoPanopticQualityOptions) {
    expectNames('VideoPanopticQuality', options, ['categories', 'windows']);
    this.options = options;
    this.#categories = readOptions('VideoPanopticQuality', { categories: options.categories });
    this.#windows = options.windows ?? WINDOWS;
    const isWindow = (window: unknown) => isCount(window) && window >= 1;
    const wrong = Array.isArray(this.#windows) && this.#windows.length > 0 && Array.from(this.#windows).every(isWindow);
    expectThat(wrong, 'VideoPanopticQuality', 'windows of one frame or more', this.#windows);
  }

  /** Adds the next frame of a video. @throws at ids or categories that do not fit together */
  add(frame: VideoPanopticFrame): void {
    const counts = countFrame('VideoPanopticQuality', frame, this.#categories);
    const name = frame.video ?? '';
    const video = this.#videos.get(name) ?? { frames: 0, tallies: this.#windows.map(() => new Map()), open: [] };
    const open = [...video.open, counts];
    const matches = this.#windows.map((window) => (open.length < window ? undefined : matchTubes(open.slice(-window))));
    for (const [k, match] of matches.entries()) if (match) addTubes(video.tallies[k], match);
    const kept = Math.max(...this.#windows) - 1;
    this.#videos.set(name, { ...video, frames: video.frames + 1, open: kept === 0 ? [] : open.slice(-kept) });
  }

  result(): VideoPanopticResult {
    const perWindow = this.#windows.map((window, k) => {
      const tallies = emptyTallies(this.#categories.values());
      for (const [, video] of this.#inOrder()) addTallies(tallies, video.tallies[k]);
      return { window, ...qualityOf([...tallies.values()]) };
    });
    const mean = (part: 'all' | 'things' | 'stuff') =>
      perWindow.reduce((sum, quality) => sum + quality[part].pq, 0) / perWindow.length;
    const frames = [...this.#videos.values()].reduce((sum, video) => sum + video.frames, 0);
    const means = { all: mean('all'), things: mean('things'), stuff: mean('stuff') };
    return { ...means, perWindow, videos: this.#videos.size, frames };
  }

  /** Sums have one order, whatever that of shards. */
  #inOrder(): [string, Video][] {
    return [...this.#videos].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Everything seen so far, which JSON can carry to another process; `restore` and `merge` take it up. */
  save(): VideoPanopticState {
    const videos = this.#inOrder().map(([video, { frames, tallies, open }]) => {
      return { video, frames, tallies: tallies.map((tally) => [...tally.values()]), open: open.map(storeFrame) };
    });
    return { kind: 'video-panoptic', version: 1, options: this.options, videos };
  }

  /** Continues from what `save` has given. @throws if it is not that */
  static restore(state: VideoPanopticState): VideoPanopticQuality {
    const { options, videos } = readVideoState('VideoPanopticQuality.restore', state);
    const quality = new VideoPanopticQuality(options);
    for (const { video, frames, tallies, open } of videos(quality.#windows.length, quality.#categories)) {
      const byCategory = tallies.map((tally) => new Map(tally.map((one) => [one.category, one])));
      quality.#videos.set(video, { frames, tallies: byCategory, open });
    }
    return quality;
  }

  /** Takes in what another has seen. @throws if both saw a video, or their options differ */
  merge(other: VideoPanopticQuality): void {
    expectThat(other instanceof VideoPanopticQuality, 'VideoPanopticQuality.merge', 'a VideoPanopticQuality', other);
    if (JSON.stringify(this.options) !== JSON.stringify(other.options)) {
      throw new RangeError('VideoPanopticQuality.merge: expected equal categories and windows, got different ones');
    }
    for (const name of other.#videos.keys()) {
      if (!this.#videos.has(name)) continue;
      throw new RangeError(`VideoPanopticQuality.merge: expected video ${JSON.stringify(name)} once, got it twice`);
    }
    for (const [name, video] of other.#videos) this.#videos.set(name, video);
  }
}

function matchTubes(frames: readonly FrameCounts[]): SegmentMatches {
  const { truths, predictions, pairs } = joinFrames(frames);
  return matchSegments(truths, predictions, pairs);
}

function addTubes(tally: Map<number, TubeTally>, { matched, falsePositives, falseNegatives }: SegmentMatches): void {
  const of = (category: number) => {
    const known = tally.get(category) ?? { category, iou: 0, tp: 0, fp: 0, fn: 0 };
    tally.set(category, known);
    return known;
  };
  for (const { category, iou } of matched) {
    of(category).tp++;
    of(category).iou += iou;
  }
  for (const { category_id } of falsePositives) of(category_id).fp++;
  for (const { category_id } of falseNegatives) of(category_id).fn++;
}

function addTallies(sums: Map<number, CategoryQuality>, tally: ReadonlyMap<number, TubeTally>): void {
  for (const { category, iou, tp, fp, fn } of tally.values()) {
    const sum = sums.get(category)!;
    sum.iou += iou;
    sum.tp += tp;
    sum.fp += fp;
    sum.fn += fn;
  }
}
