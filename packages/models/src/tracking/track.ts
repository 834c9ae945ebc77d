import type { SegmentRegion } from './region.ts';

/** One found object of a frame, as it is compared with tracks. */
export type Detection = {
  category: number;
  isThing: boolean;
  score: number;
  region: SegmentRegion;
  embedding: Float32Array | undefined;
};

/** An object over time: where it was last, how it looked, and how it moved. */
export type Track = {
  readonly id: number;
  category: number;
  isThing: boolean;
  region: SegmentRegion;
  embedding: Float32Array | undefined;
  /** Pixels a frame. */
  velocity: readonly [x: number, y: number];
  /** Frames since it was seen: 0 for one of the last frame. */
  unseen: number;
};

/** Part of the new that velocities take on: boxes of half-hidden objects jump. */
const NEW_PART = 0.5;

/** Begins a track. */
export function beginTrack(id: number, { category, isThing, region, embedding }: Detection): Track {
  return { id, category, isThing, region, embedding, velocity: [0, 0], unseen: 0 };
}

/** Goes on with a track where it was found again. */
export function continueTrack(track: Track, { category, isThing, region, embedding }: Detection): void {
  const frames = track.unseen + 1;
  const [from, to] = [centerOf(track.region), centerOf(region)];
  const part = (axis: 0 | 1) => (1 - NEW_PART) * track.velocity[axis] + (NEW_PART * (to[axis] - from[axis])) / frames;
  track.velocity = [part(0), part(1)];
  track.category = category;
  track.isThing = isThing;
  track.region = region;
  track.embedding = embedding ?? track.embedding;
  track.unseen = 0;
}

/** Whole pixels that a track has moved since it was seen, if it goes on as it did. */
export function expectedShift({ velocity, unseen, isThing }: Track): readonly [x: number, y: number] {
  if (!isThing) return [0, 0];
  return [Math.round(velocity[0] * (unseen + 1)), Math.round(velocity[1] * (unseen + 1))];
}

/** Mean place of a region's pixels would need its width; the middle of its box is as steady for whole objects. */
function centerOf({ box: [x, y, width, height] }: SegmentRegion): readonly [x: number, y: number] {
  return [x + width / 2, y + height / 2];
}
