import { type Random, ShapeError, samplePoints } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { expectWhole } from './expect-whole.ts';
import { smallestMagnitudes } from './smallest-magnitudes.ts';

/** Points where masks are compared: (x, y) pairs in [0, 1], row-major. */
export type PointSource = {
  /** Points shared by all queries and targets of one image: [1, P, 2] */
  matching(output: number, image: number, count: number): Float32Array;
  /** Candidates per matched pair, of which the uncertain ones are kept: [M, count, 2] */
  candidates(output: number, pairs: number, count: number): Float32Array;
  /** Points per matched pair that need not be uncertain: [M, count, 2] */
  anywhere(output: number, pairs: number, count: number): Float32Array;
};

/** Uniform points from a seeded generator. */
export function randomPoints(random: Random): PointSource {
  const uniform = (count: number): Float32Array => {
    const points = new Float32Array(count * 2);
    if (random.fill !== undefined) random.fill(points);
    else for (let i = 0; i < points.length; i++) points[i] = random();
    return points;
  };
  return {
    matching: (_output, _image, count) => uniform(count),
    candidates: (_output, pairs, count) => uniform(pairs * count),
    anywhere: (_output, pairs, count) => uniform(pairs * count),
  };
}

/**
 * Keeps the candidates where a mask is least certain, its logit nearest to zero, and adds points from anywhere.
 * Kirillov et al. 2020 (PointRend), section 3.1; Cheng et al. 2022, section 3.3.
 *
 * @param logits [M, C] of the candidates
 * @param candidates [M, C, 2]
 * @param anywhere [M, A, 2]
 * @param keep Number of uncertain points per mask, C at most
 * @returns [M, keep + A, 2]
 */
export function uncertainPoints(
  logits: Float32Array,
  candidates: Float32Array,
  anywhere: Float32Array,
  { masks, keep }: { masks: number; keep: number },
): Float32Array {
  expectWhole('uncertainPoints', 'masks', masks, 0);
  expectRows('logits', logits.length, masks, 1);
  expectRows('anywhere', anywhere.length, masks, 2);
  if (candidates.length !== 2 * logits.length) {
    throw new ShapeError(
      `uncertainPoints: expected ${2 * logits.length} numbers as candidates, got ${candidates.length}`,
    );
  }
  const count = logits.length / Math.max(1, masks);
  expectWhole('uncertainPoints', 'keep', keep, 0, masks === 0 ? undefined : count);
  const rest = anywhere.length / 2 / Math.max(1, masks);
  const points = new Float32Array(masks * (keep + rest) * 2);
  for (let m = 0; m < masks; m++) {
    const row = logits.subarray(m * count, (m + 1) * count);
    const start = m * (keep + rest) * 2;
    const chosen = smallestMagnitudes(row, keep);
    for (let i = 0; i < chosen.length; i++) {
      const from = (m * count + chosen[i]) * 2;
      points[start + i * 2] = candidates[from];
      points[start + i * 2 + 1] = candidates[from + 1];
    }
    points.set(anywhere.subarray(m * rest * 2, (m + 1) * rest * 2), start + keep * 2);
  }
  return points;
}

/** Refuses numbers that do not share out to masks. @param size Numbers of a point */
function expectRows(name: string, length: number, masks: number, size: number): void {
  if (length % (size * Math.max(1, masks)) === 0 && (masks > 0 || length === 0)) return;
  throw new ShapeError(`uncertainPoints: expected as many ${name} for each of ${masks} masks, got ${length} numbers`);
}

/**
 * Values of masks at points of their own.
 *
 * @param masks [M, h, w]
 * @param points [M, P, 2]
 * @returns [M, P]
 */
export function sampleMasks(masks: tf.Tensor3D, points: tf.Tensor3D): tf.Tensor2D {
  return tf.tidy(() => tf.squeeze(samplePoints(tf.expandDims(masks, -1) as tf.Tensor4D, points), [2]));
}
