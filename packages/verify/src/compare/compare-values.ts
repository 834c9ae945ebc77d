import type * as tf from '@tensorflow/tfjs-core';

import { judged, type TapResult } from './tap-result.ts';
import { allowance, type Uncertainty } from './tolerance.ts';

/** Compares one number, a loss for one: its noise counts, or what float32 resolves of its size. */
export function compareNumber(name: string, ours: number, expected: number, noise: number): TapResult {
  return judged(name, Math.abs(ours - expected), allowance({ noise, rounded: expected }), Math.abs(expected));
}

/** Compares a tensor of one value. */
export async function compareScalar(
  name: string,
  ours: tf.Scalar,
  expected: number,
  noise: number,
): Promise<TapResult> {
  const [value] = await ours.data();
  return compareNumber(name, value, expected, noise);
}

/**
 * Noise of a sum that a file gives without its own: no less than that of its least certain term.
 */
export function noiseOfSum(noises: readonly number[]): number {
  return Math.max(0, ...noises);
}

/** Compares a list element by element. */
export function compareList(
  name: string,
  ours: ArrayLike<number>,
  expected: readonly number[],
  uncertainty: Uncertainty,
): TapResult {
  const absolute = expected.reduce((worst, value, i) => Math.max(worst, Math.abs(ours[i] - value)), 0);
  const note = ours.length === expected.length ? undefined : `${ours.length} values, expected ${expected.length}`;
  return judged(name, absolute, allowance(uncertainty), Math.max(...expected.map(Math.abs)), note);
}

/** Counts what is not equal in two lists; nothing may differ. */
export function compareEqual(name: string, ours: ArrayLike<number>, expected: readonly number[]): TapResult {
  const differing = expected.filter((value, i) => ours[i] !== value).length;
  return compareFaults(name, differing + Math.abs(ours.length - expected.length));
}

/** Result of counting faults, of which none is allowed. */
export function compareFaults(name: string, faults: number, note?: string): TapResult {
  return judged(name, faults, 0, 0, note);
}
