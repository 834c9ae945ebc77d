import { requireMap } from '../panoptic/check-panoptic-input.ts';
import { requireArea, type SegmentInfo } from '../panoptic/match-segments.ts';
import { countPairs, type PairCounts } from '../panoptic/pair-counts.ts';
import { runsOf } from '../panoptic/panoptic-quality.ts';
import type { PanopticCategory, PanopticMap } from '../panoptic/panoptic-types.ts';
import { expectObject, expectThat } from '../state/expect-value.ts';

/** A frame of a video: truth and prediction under ids that stay from frame to frame. */
export type VideoPanopticFrame = {
  /** Name of its video, whose frames come in their order. Default: `''`, for the only one. */
  video?: string;
  groundTruth: PanopticMap;
  prediction: PanopticMap;
};

/** Everything of a frame that measures ask for. */
export type FrameCounts = { pairs: PairCounts; truths: SegmentInfo[]; predictions: SegmentInfo[] };

/**
 * Counts the pairs of ids of a frame.
 *
 * @throws at ids or categories that do not fit together
 */
export function countFrame(
  where: string,
  frame: VideoPanopticFrame,
  categories: ReadonlyMap<number, PanopticCategory>,
): FrameCounts {
  const { groundTruth, prediction, video } = expectObject(where, frame) as VideoPanopticFrame;
  expectThat(typeof (video ?? '') === 'string', where, 'a name of the video', video);
  requireMap('ground truth', groundTruth, categories, where);
  requireMap('prediction', prediction, categories, where);
  const pairs = countPairs(...runsOf(groundTruth.ids, prediction.ids));
  const columns = pairs.predictedIds.length;
  const areaOf = new Map(
    Array.from(pairs.truthIds, (id, row) => [id, sum(pairs.counts.subarray(row * columns, (row + 1) * columns))]),
  );
  const truths = groundTruth.segments.map((segment) => {
    const pixels = areaOf.get(segment.id) ?? 0;
    requireArea(where, segment, pixels);
    return { ...segment, area: segment.area ?? pixels };
  });
  const known = new Set(prediction.segments.map(({ id }) => id));
  const unknown = pairs.predictedIds.find((id) => id !== 0 && !known.has(id));
  if (unknown !== undefined) {
    throw new RangeError(`${where}: expected every id of the predicted pixels in segments, got ${unknown}`);
  }
  return { pairs, truths, predictions: [...prediction.segments] };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
