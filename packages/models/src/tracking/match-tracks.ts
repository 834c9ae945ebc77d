import { linearAssignment } from '@seg/matching/assignment';

import { type MovedRegion, movedIou, type SegmentRegion } from './region.ts';
import { type Detection, expectedShift, type Track } from './track.ts';

/** Likeness of what cannot be the same: worse than to stay alone, which is 0. */
const IMPOSSIBLE = -1;

/** Weights and bounds of the likeness of a track and a detection. */
export type Likeness = {
  /** Share of the embeddings in it, where both have one; the place has the rest. */
  embeddingShare: number;
  /** Share of nearness in the place; mask IoU has the rest. */
  nearnessShare: number;
  /** Least likeness of the same object, 0 to 1: with embeddings, and by the place alone. */
  least: { described: number; placed: number };
  /** Factor of another class: classes of one object flip from frame to frame. */
  otherClass: number;
};

/**
 * Finds the track that each detection goes on with, by one assignment over all of them (Huang et al. 2022, "MinVIS",
 * section 3.2, with mask IoU beside the embeddings). Stuff goes on with stuff of its class alone.
 *
 * @returns Index of a track for each detection, −1 for none
 */
export function matchTracks(
  detections: readonly Detection[],
  tracks: readonly Track[],
  size: readonly [height: number, width: number],
  likeness: Likeness,
): Int32Array {
  const matches = new Int32Array(detections.length).fill(-1);
  if (detections.length === 0 || tracks.length === 0) return matches;
  const columns = tracks.length + detections.length; // a detection may stay alone at no cost
  const costs = new Float64Array(detections.length * columns);
  const moved = tracks.map((track) => ({ region: track.region, shift: expectedShift(track) }));
  for (const [d, detection] of detections.entries()) {
    for (const [t, track] of tracks.entries()) {
      const place = () => placeLikeness(detection.region, moved[t], size, likeness);
      costs[d * columns + t] = -likenessOf(detection, track, place, likeness);
    }
  }
  const { rows, columns: chosen } = linearAssignment(costs, detections.length, columns);
  for (const [k, d] of rows.entries()) {
    const t = chosen[k];
    if (t < tracks.length && costs[d * columns + t] < 0) matches[d] = t;
  }
  return matches;
}

/** @param likenessOfPlace Is asked where the pair can be one object */
function likenessOf(
  detection: Detection,
  track: Track,
  likenessOfPlace: () => number,
  { embeddingShare: share, otherClass, least }: Likeness,
): number {
  if (detection.isThing !== track.isThing) return IMPOSSIBLE;
  const isSame = detection.category === track.category;
  if (!detection.isThing) return isSame ? (1 + likenessOfPlace()) / 2 : IMPOSSIBLE;
  const place = likenessOfPlace();
  const cosine = similarity(detection.embedding, track.embedding);
  const raw = cosine === null ? place : (1 - share) * place + share * Math.max(0, cosine);
  const value = isSame ? raw : otherClass * raw;
  return value < (cosine === null ? least.placed : least.described) ? IMPOSSIBLE : value;
}

function placeLikeness(
  region: SegmentRegion,
  moved: MovedRegion,
  size: readonly [height: number, width: number],
  { nearnessShare: share }: Likeness,
): number {
  return (1 - share) * movedIou(region, moved, size) + share * nearnessOf(region, moved);
}

/**
 * 1 where the middles of two boxes meet, 0 from where they are as far apart as the boxes are large: small things move by more
 * than they measure, and their masks do not meet.
 */
function nearnessOf({ box: a }: SegmentRegion, { region: { box: b }, shift: [dx, dy] }: MovedRegion): number {
  const apart = Math.hypot(b[0] + b[2] / 2 + dx - a[0] - a[2] / 2, b[1] + b[3] / 2 + dy - a[1] - a[3] / 2);
  const size = (Math.hypot(a[2], a[3]) + Math.hypot(b[2], b[3])) / 2;
  return size === 0 ? 0 : Math.max(0, 1 - apart / size);
}

/** Cosine of the angle between two vectors; null without them, or where one is zero. */
function similarity(a: Float32Array | undefined, b: Float32Array | undefined): number | null {
  if (a === undefined || b === undefined || a.length !== b.length) return null;
  let [product, lengthA, lengthB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    lengthA += a[i] * a[i];
    lengthB += b[i] * b[i];
  }
  return lengthA === 0 || lengthB === 0 ? null : product / Math.sqrt(lengthA * lengthB);
}
