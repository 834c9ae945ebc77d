import type { SegmentInfo } from '../panoptic/match-segments.ts';
import type { PanopticCategory, PanopticResult } from '../panoptic/panoptic-types.ts';

/** Options of {@link VideoPanopticQuality}. */
export type VideoPanopticQualityOptions = {
  categories: readonly PanopticCategory[];
  /** Lengths of the windows in frames. Default: 1, 2, 3 and 4, as for Cityscapes-VPS. */
  windows?: readonly number[];
};

/** Video panoptic quality: the mean over the windows, and the quality of each. */
export type VideoPanopticResult = {
  /** Between 0 and 1. */
  all: number;
  things: number;
  stuff: number;
  perWindow: (Omit<PanopticResult, 'images'> & { window: number })[];
  videos: number;
  frames: number;
};

/** Counts of a category, as JSON: sum of IoU, true and false positives, false negatives. */
export type TubeTally = { category: number; iou: number; tp: number; fp: number; fn: number };

/** The last frames of a video, as JSON. */
export type StoredFrame = {
  truthIds: number[];
  predictedIds: number[];
  counts: number[];
  truths: SegmentInfo[];
  predictions: SegmentInfo[];
};

/** Everything that a {@link VideoPanopticQuality} has seen, as JSON. */
export type VideoPanopticState = {
  kind: 'video-panoptic';
  version: 1;
  options: VideoPanopticQualityOptions;
  /** Tallies by window, in the order of the options; frames that windows to come begin with. */
  videos: { video: string; frames: number; tallies: TubeTally[][]; open: StoredFrame[] }[];
};

/** Segmentation and tracking quality, with the parts that it is made of, each between 0 and 1. */
export type TrackingScores = {
  /** √(AQ · SQ). */
  stq: number;
  /** Association quality: ids of things, whatever their classes. */
  aq: number;
  /** Segmentation quality: mean IoU of the classes that occur, whatever the ids. */
  sq: number;
};

/** Scores over all videos, and of each. */
export type SegmentationTrackingResult = TrackingScores & {
  perVideo: (TrackingScores & { video: string; frames: number })[];
  /** IoU of each category; NaN where it does not occur. */
  iou: { category: PanopticCategory; iou: number }[];
  frames: number;
};

/** Counts of a video: pixels by track and by class, as JSON. */
export type TrackingTally = {
  video: string;
  frames: number;
  /** Pixels of true tracks of things, of predicted ones, and of pairs: `category:id`, joined by `|` in pairs. */
  truths: [track: string, pixels: number][];
  predictions: [track: string, pixels: number][];
  pairs: [pair: string, pixels: number][];
  /** Pixels by category id, where the truth is not void. */
  classes: { category: number; shared: number; truth: number; predicted: number }[];
};

/** Everything that a {@link SegmentationTrackingQuality} has seen, as JSON. */
export type SegmentationTrackingState = {
  kind: 'segmentation-tracking';
  version: 1;
  options: { categories: readonly PanopticCategory[] };
  videos: TrackingTally[];
};
