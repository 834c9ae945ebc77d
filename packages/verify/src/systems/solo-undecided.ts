import { readTensors } from '@seg/core';
import { type MatrixNmsOptions, matrixNms, packMask, type SoloCandidate, type SoloOutput } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

/** A candidate with its probabilities above the threshold, row by row. */
type Probable = SoloCandidate & { above: ArrayLike<number> };

/** Threshold that makes pixels masks, and the suppression that gives masks their scores. */
export type MaskSettings = { threshold: number; nms: MatrixNmsOptions };

/**
 * Distance by which each candidate's score behind suppression moves when pixels fall on the other side of the threshold, of its
 * own mask or of any that suppresses it: the sum over all pixels that are nearer to it than probabilities may be off,
 * each flipped alone.
 *
 * @param candidates By descending score
 * @param scores Behind suppression, in the order of the candidates
 * @param off Probabilities may be off by as much
 */
export async function undecidedShifts(
  output: SoloOutput,
  candidates: readonly SoloCandidate[],
  scores: readonly number[],
  { threshold, nms }: MaskSettings,
  off: number,
): Promise<number[]> {
  const measured = await probabilities(output, candidates, threshold);
  const shifts = new Array<number>(candidates.length).fill(0);
  for (const [i, { above }] of measured.entries()) {
    for (let pixel = 0; pixel < above.length; pixel++) {
      if (Math.abs(above[pixel]) > off) continue;
      const flipped = scoresWith(measured, i, flippedAt(measured[i], pixel, threshold), nms);
      for (const j of shifts.keys()) shifts[j] += Math.abs(flipped[j] - scores[j]);
    }
  }
  return shifts;
}

async function probabilities(
  { cellMasks }: SoloOutput,
  candidates: readonly SoloCandidate[],
  threshold: number,
): Promise<Probable[]> {
  const measured: Probable[] = [];
  for (const candidate of candidates) {
    const { level, cell } = candidate;
    const [above] = await readTensors(() => [tf.sub(cellMasks(level, Int32Array.of(cell)), threshold)]);
    measured.push({ ...candidate, above });
  }
  return measured;
}

/** The candidate with one pixel on the other side: its mask, and its score by the mean probability inside. */
function flippedAt(candidate: Probable, pixel: number, threshold: number): Probable {
  const { above, mask, score } = candidate;
  const values = Float64Array.from(above);
  values[pixel] = values[pixel] > 0 ? 0 : Number.MIN_VALUE;
  const { width, height } = mask;
  const flipped = packMask(values, 0, 1, [height, width]);
  const ratio = meanInside(values, flipped.area, threshold) / meanInside(above, mask.area, threshold);
  return { ...candidate, mask: flipped, score: score * ratio };
}

function meanInside(above: ArrayLike<number>, area: number, threshold: number): number {
  const sum = Array.from(above).reduce((total, value) => total + Math.max(value, 0), 0);
  return area === 0 ? 0 : sum / area + threshold;
}

/** Scores behind suppression with another in place of candidate i, in the order of the candidates. */
function scoresWith(candidates: readonly Probable[], i: number, other: Probable, nms: MatrixNmsOptions): number[] {
  const all = candidates.with(i, other);
  const order = [...all.keys()].sort((a, b) => all[b].score - all[a].score);
  const sorted = matrixNms(
    order.map((k) => all[k]),
    nms,
  );
  const scores = new Array<number>(all.length);
  for (const [rank, k] of order.entries()) scores[k] = sorted[rank];
  return scores;
}
