import { readOptions } from '../panoptic/check-panoptic-input.ts';
import type { SegmentInfo } from '../panoptic/match-segments.ts';
import type { PanopticCategory } from '../panoptic/panoptic-types.ts';
import { expectNames } from '../state/expect-options.ts';
import { expectList, expectObject, expectThat } from '../state/expect-value.ts';
import { readTrackingTally } from './tracking-tally.ts';
import { countFrame, type FrameCounts, type VideoPanopticFrame } from './video-frame.ts';
import type {
  SegmentationTrackingResult,
  SegmentationTrackingState,
  TrackingScores,
  TrackingTally,
} from './video-types.ts';

type ClassPixels = { shared: number; truth: number; predicted: number };

/** Counts of a video. */
type Counts = {
  frames: number;
  truths: Map<string, number>;
  predictions: Map<string, number>;
  pairs: Map<string, number>;
  classes: Map<number, ClassPixels>;
};

/**
 * Segmentation and tracking quality (Weber et al. 2021, "STEP: Segmenting and Tracking Every Pixel", section 4):
 *
 *   AQ = 1/|G| Σ_g 1/|g| Σ_p TPA(p, g) · IoU_id(p, g),   SQ = mean IoU of classes,   STQ = √(AQ · SQ)
 *
 * with the tracks g of things over a whole video. Crowds do not count for AQ, void does not for SQ. A predicted pixel
 * without a segment is missed; the authors' code counts void as a class of its own there. Takes one frame at a time.
 */
export class SegmentationTrackingQuality {
  readonly options: { categories: readonly PanopticCategory[] };
  readonly #categories: ReadonlyMap<number, PanopticCategory>;
  #videos = new Map<string, Counts>();

  constructor(options: { categories: readonly PanopticCategory[] }) {
    expectNames('SegmentationTrackingQuality', options, ['categories']);
    const { categories } = options;
    this.options = { categories };
    this.#categories = readOptions('SegmentationTrackingQuality', { categories });
  }

  /** Adds the next frame of a video. @throws at ids or categories that do not fit together */
  add(frame: VideoPanopticFrame): void {
    const counted = countFrame('SegmentationTrackingQuality', frame, this.#categories);
    const name = frame.video ?? '';
    const counts = this.#videos.get(name) ?? emptyCounts();
    counts.frames++;
    this.#addPairs(counts, counted);
    this.#videos.set(name, counts);
  }

  #addPairs(counts: Counts, { pairs, truths, predictions }: FrameCounts): void {
    const [truthOf, predictedOf] = [truths, predictions].map((list) => new Map(list.map((one) => [one.id, one])));
    const columns = pairs.predictedIds.length;
    for (const [k, pixels] of pairs.counts.entries()) {
      if (pixels === 0) continue;
      const truth = truthOf.get(pairs.truthIds[Math.floor(k / columns)]);
      const predicted = predictedOf.get(pairs.predictedIds[k % columns]);
      addClasses(counts.classes, truth, predicted, pixels);
      this.#addTracks(counts, truth, predicted, pixels);
    }
  }

  #addTracks(counts: Counts, truth: SegmentInfo | undefined, predicted: SegmentInfo | undefined, pixels: number): void {
    const isTruth = truth !== undefined && this.#isThing(truth);
    if (isTruth && Number(truth.iscrowd) === 1) return;
    const isPredicted = predicted !== undefined && this.#isThing(predicted);
    if (isTruth) addTo(counts.truths, trackOf(truth), pixels);
    if (isPredicted) addTo(counts.predictions, trackOf(predicted), pixels);
    if (isTruth && isPredicted) addTo(counts.pairs, `${trackOf(truth)}|${trackOf(predicted)}`, pixels);
  }

  #isThing({ category_id }: SegmentInfo): boolean {
    return Number(this.#categories.get(category_id)?.isthing) === 1;
  }

  result(): SegmentationTrackingResult {
    const videos = [...this.#videos].sort(([a], [b]) => (a < b ? -1 : 1));
    const total = new Map<number, ClassPixels>();
    let [association, tracks, frames] = [0, 0, 0];
    const perVideo = videos.map(([video, counts]) => {
      const sum = associationSum(counts);
      association += sum;
      tracks += counts.truths.size;
      frames += counts.frames;
      for (const [category, one] of counts.classes) addPixels(total, category, one);
      return { video, frames: counts.frames, ...scores(sum, counts.truths.size, counts.classes) };
    });
    const iou = [...this.#categories.values()].map((category) => ({ category, iou: iouOf(total.get(category.id)) }));
    return { ...scores(association, tracks, total), perVideo, iou, frames };
  }

  /** Everything seen so far, which JSON can carry to another process; `restore` and `merge` take it up. */
  save(): SegmentationTrackingState {
    const videos = Array.from(
      this.#videos,
      ([video, { frames, truths, predictions, pairs, classes }]): TrackingTally => {
        const pixels = Array.from(classes, ([category, counts]) => ({ category, ...counts }));
        return {
          video,
          frames,
          truths: [...truths],
          predictions: [...predictions],
          pairs: [...pairs],
          classes: pixels,
        };
      },
    );
    return { kind: 'segmentation-tracking', version: 1, options: this.options, videos };
  }

  /** Continues from what `save` has given. @throws if it is not that */
  static restore(state: SegmentationTrackingState): SegmentationTrackingQuality {
    const where = 'SegmentationTrackingQuality.restore';
    if (state?.kind !== 'segmentation-tracking' || state.version !== 1) {
      throw new TypeError(`${where}: expected a state of kind segmentation-tracking, version 1, got another`);
    }
    const options = expectObject(`${where}: options`, state.options) as SegmentationTrackingState['options'];
    const quality = new SegmentationTrackingQuality(options);
    for (const [k, stored] of expectList(`${where}: videos`, state.videos).entries()) {
      const { video, frames, truths, predictions, pairs, classes } = readTrackingTally(
        `${where}: videos[${k}]`,
        stored,
        quality.#categories,
      );
      const counts = { frames, truths: new Map(truths), predictions: new Map(predictions), pairs: new Map(pairs) };
      quality.#videos.set(video, {
        ...counts,
        classes: new Map(classes.map(({ category, ...one }) => [category, one])),
      });
    }
    return quality;
  }

  /** Takes in what another has seen. @throws if both saw a video, or their categories differ */
  merge(other: SegmentationTrackingQuality): void {
    const where = 'SegmentationTrackingQuality.merge';
    expectThat(other instanceof SegmentationTrackingQuality, where, 'a SegmentationTrackingQuality', other);
    if (JSON.stringify(this.options) !== JSON.stringify(other.options)) {
      throw new RangeError('SegmentationTrackingQuality.merge: expected equal categories, got different ones');
    }
    for (const name of other.#videos.keys()) {
      if (!this.#videos.has(name)) continue;
      throw new RangeError(
        `SegmentationTrackingQuality.merge: expected video ${JSON.stringify(name)} once, got it twice`,
      );
    }
    for (const [name, counts] of other.#videos) this.#videos.set(name, counts);
  }
}

function emptyCounts(): Counts {
  return { frames: 0, truths: new Map(), predictions: new Map(), pairs: new Map(), classes: new Map() };
}

/** A track is an id of one class: what changes its class is another one, as in the authors' code. */
function trackOf({ category_id, id }: SegmentInfo): string {
  return `${category_id}:${id}`;
}

function addTo(counts: Map<string, number>, key: string, pixels: number): void {
  counts.set(key, (counts.get(key) ?? 0) + pixels);
}

function addClasses(
  classes: Map<number, ClassPixels>,
  truth: SegmentInfo | undefined,
  predicted: SegmentInfo | undefined,
  pixels: number,
): void {
  if (truth === undefined) return;
  const shared = truth.category_id === predicted?.category_id ? pixels : 0;
  addPixels(classes, truth.category_id, { shared, truth: pixels, predicted: 0 });
  if (predicted !== undefined) addPixels(classes, predicted.category_id, { shared: 0, truth: 0, predicted: pixels });
}

function addPixels(classes: Map<number, ClassPixels>, category: number, more: ClassPixels): void {
  const { shared, truth, predicted } = classes.get(category) ?? { shared: 0, truth: 0, predicted: 0 };
  classes.set(category, {
    shared: shared + more.shared,
    truth: truth + more.truth,
    predicted: predicted + more.predicted,
  });
}

/** Σ over true tracks of 1/|g| Σ_p TPA · TPA / |p ∪ g|. */
function associationSum({ truths, predictions, pairs }: Counts): number {
  const inner = new Map<string, number>();
  for (const [pair, shared] of pairs) {
    const [truth, predicted] = pair.split('|');
    const union = truths.get(truth)! + predictions.get(predicted)! - shared;
    inner.set(truth, (inner.get(truth) ?? 0) + shared * (shared / union));
  }
  let sum = 0;
  for (const [truth, pixels] of truths) sum += (inner.get(truth) ?? 0) / pixels;
  return sum;
}

function scores(association: number, tracks: number, classes: ReadonlyMap<number, ClassPixels>): TrackingScores {
  const ious = Array.from(classes.values(), iouOf);
  const aq = tracks === 0 ? 0 : association / tracks;
  const sq = ious.length === 0 ? 0 : ious.reduce((sum, iou) => sum + iou, 0) / ious.length;
  return { stq: Math.sqrt(aq * sq), aq, sq };
}

function iouOf(pixels: ClassPixels | undefined): number {
  return pixels === undefined ? Number.NaN : pixels.shared / (pixels.truth + pixels.predicted - pixels.shared);
}
