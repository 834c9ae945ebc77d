import type { SegmentInfo } from '../panoptic/match-segments.ts';
import type { PairCounts } from '../panoptic/pair-counts.ts';
import type { FrameCounts } from './video-frame.ts';

/**
 * Joins the frames of a window as if they were one picture: segments of one id are a tube, of the category that it has first.
 */
export function joinFrames(frames: readonly FrameCounts[]): FrameCounts {
  return {
    pairs: joinPairs(frames.map(({ pairs }) => pairs)),
    truths: joinSegments(frames.map(({ truths }) => truths)),
    predictions: joinSegments(frames.map(({ predictions }) => predictions)),
  };
}

function joinSegments(frames: readonly SegmentInfo[][]): SegmentInfo[] {
  const tubes = new Map<number, SegmentInfo>();
  for (const segment of frames.flat()) {
    const tube = tubes.get(segment.id);
    const area = segment.area === undefined ? {} : { area: (tube?.area ?? 0) + segment.area };
    tubes.set(segment.id, { ...(tube ?? segment), ...area });
  }
  return [...tubes.values()];
}

function joinPairs(frames: readonly PairCounts[]): PairCounts {
  const truthIds = union(frames.map((pairs) => pairs.truthIds));
  const predictedIds = union(frames.map((pairs) => pairs.predictedIds));
  const [rowOf, columnOf] = [truthIds, predictedIds].map((ids) => new Map(Array.from(ids, (id, k) => [id, k])));
  const counts = new Float64Array(truthIds.length * predictedIds.length);
  for (const pairs of frames) {
    const columns = pairs.predictedIds.length;
    for (const [k, count] of pairs.counts.entries()) {
      const row = rowOf.get(pairs.truthIds[Math.floor(k / columns)])!;
      counts[row * predictedIds.length + columnOf.get(pairs.predictedIds[k % columns])!] += count;
    }
  }
  return { truthIds, predictedIds, counts };
}

function union(lists: readonly Float64Array[]): Float64Array {
  return Float64Array.from(new Set(lists.flatMap((ids) => [...ids]))).sort();
}
