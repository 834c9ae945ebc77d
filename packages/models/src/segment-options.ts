import { A_FLAG, ANYTHING, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { Rule } from './inference/task.ts';
import type { ReadOptions } from './stream/segment-stream.ts';
import type { SegmentTrackerOptions } from './tracking/tracker-options.ts';

/** Choices for one call of `Segmenter`. */
export type SegmentOptions = {
  /** Least score of a segment. Default: the rule's, 0.8 for panoptic segments of Mask2Former, for one. */
  threshold?: number;
  /** Publisher of the post-processing. Default: the original. */
  rule?: Rule;
  /**
   * Gives segments the vector by which the network describes them, where it has one: things of systems with queries.
   * Default: false.
   */
  embeddings?: boolean;
  /** Ends the call at the next turn of the event loop, between two layers for one; its reason is thrown. */
  signal?: AbortSignal;
};

/** Choices for several images at once. */
export type SegmentBatchOptions = SegmentOptions & {
  /**
   * Most pixels that the model sees at once, after resizing and padding, one image at least: memory grows with them.
   * Default: 2²⁰, which is one image of 800 × 1333.
   */
  batchPixels?: number;
};

/** Choices for a stream of frames. */
export type StreamOptions = SegmentOptions &
  ReadOptions & {
    /** Gives objects ids that stay from frame to frame, by a tracker with these options. Default: false. */
    track?: boolean | SegmentTrackerOptions;
  };

/** Names of options of one call; those of no check here are checked where they are read. */
export const SEGMENT = {
  threshold: ANYTHING,
  rule: ANYTHING,
  embeddings: A_FLAG,
  signal: ANYTHING,
  task: ANYTHING,
};

/** Those of a stream. */
export const STREAM = {
  ...SEGMENT,
  latest: ANYTHING,
  track: ['true, false or options of a tracker', isTrack] satisfies OptionCheck,
};

function isTrack(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value));
}

/** @throws RangeError or TypeError naming the option */
export function checkOptions({ threshold, batchPixels, signal }: SegmentBatchOptions): void {
  if (threshold !== undefined && !Number.isFinite(threshold)) {
    throw new RangeError(`Segmenter: expected a finite number as threshold, got ${threshold}`);
  }
  if (batchPixels !== undefined && !(typeof batchPixels === 'number' && batchPixels > 0)) {
    throw new RangeError(`Segmenter: expected a number above 0 as batchPixels, got ${batchPixels}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('Segmenter: expected an AbortSignal as signal, got something else');
  }
}
