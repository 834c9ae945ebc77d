import { formulaProbe } from '@seg/core';

import type { Tap } from './golden-file.ts';

/** Parity tolerance: this many times the golden's own noise. */
export const NOISE_FACTOR = 10;

/** How far one value of a golden file is off, and how far it may be. */
export type TapResult = {
  name: string;
  /** Largest absolute difference of a sampled value. */
  absolute: number;
  /** The same over the largest magnitude of the tensor. */
  relative: number;
  /** What was allowed of `absolute`. */
  allowed: number;
  ok: boolean;
  /** What else failed: the shape, or the probe. */
  note?: string;
};

/**
 * Compares a whole tensor with its golden: sampled values and the probe, each within ten times its noise.
 *
 * @param values Row-major, in the golden's layout
 * @param factor Times the noise that is allowed; wider than ten only for a stated reason
 * @param others What would be right as well: equal to `values` but where a tie within noise can fall either way
 */
export function compareTap(
  tap: Tap,
  values: ArrayLike<number>,
  shape: readonly number[],
  factor = NOISE_FACTOR,
  others: ArrayLike<number> = values,
): TapResult {
  const allowed = factor * Math.max(tap.noise, 1e-9 * tap.absmax);
  if (shape.join() !== tap.shape.join()) {
    return {
      name: tap.name,
      absolute: Infinity,
      relative: Infinity,
      allowed,
      ok: false,
      note: `shape [${shape}], expected [${tap.shape}]`,
    };
  }
  let absolute = 0;
  tap.values.forEach((expected, i) => {
    const at = i * tap.stride;
    const difference = Math.min(Math.abs(values[at] - expected), Math.abs(others[at] - expected));
    if (!(difference <= absolute)) absolute = difference;
  });
  const note = probeFault(tap, values, factor);
  const ok = absolute <= allowed && note === undefined;
  return { name: tap.name, absolute, relative: absolute / tap.absmax, allowed, ok, note };
}

function probeFault(
  { probe, noiseProbe, noise, shape }: Tap,
  values: ArrayLike<number>,
  factor: number,
): string | undefined {
  if (probe === undefined) return undefined;
  // The probe is a mean of n terms times √n: independent errors of size `noise` move it by about `noise`.
  const size = shape.reduce((product, side) => product * side, 1);
  const allowed = factor * Math.max(noiseProbe ?? 0, noise, 1e-9 * Math.sqrt(size));
  const difference = Math.abs(formulaProbe(values) - probe);
  return difference <= allowed
    ? undefined
    : `probe off by ${difference.toExponential(2)}, allowed ${allowed.toExponential(2)}`;
}
