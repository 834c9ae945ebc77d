import { ANYTHING, expectOptions } from '@seg/checkpoint/expect-options';

/** Options of a `SegmentTracker`. */
export type SegmentTrackerOptions = {
  /** Frames for which an object that is not seen is remembered. Default: 30. */
  memory?: number;
  /** Least score of an instance that begins to be tracked; others get no id. Segments of a map all have one. Default: 0.5. */
  birthScore?: number;
  /** Most objects that are remembered; those that were not seen for longest go first. Default: 512. */
  maxTracks?: number;
};

/** A second of most cameras: what was hidden for longer has seldom the place and look that it had. */
const MEMORY = 30;

/** Instances below are in doubt; COCO's results hold a hundred of them a picture. */
const BIRTH_SCORE = 0.5;

/** 512 tracks of 200 runs and 256 numbers each hold 2 MB, and a frame of 100 segments compares 51,200 pairs. */
const MAX_TRACKS = 512;

/** @throws RangeError where an option is no number in its range */
export function checkedTrackerOptions(options: SegmentTrackerOptions): Required<SegmentTrackerOptions> {
  expectOptions('SegmentTracker', options, { memory: ANYTHING, birthScore: ANYTHING, maxTracks: ANYTHING });
  const { memory = MEMORY, birthScore = BIRTH_SCORE, maxTracks = MAX_TRACKS } = options;
  expectWhole('memory', memory, 0);
  expectWhole('maxTracks', maxTracks, 1);
  if (!Number.isFinite(birthScore)) {
    throw new RangeError(`SegmentTracker: expected a finite number as birthScore, got ${birthScore}`);
  }
  return { memory, birthScore, maxTracks };
}

function expectWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new RangeError(`SegmentTracker: expected a whole number from ${least} on as ${name}, got ${value}`);
}
