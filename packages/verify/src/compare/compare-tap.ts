import { formulaProbe } from '@seg/core';

import { elementsOf, type Tap } from '../golden/schemas.ts';
import { failed, judged, type TapResult } from './tap-result.ts';
import { allowance } from './tolerance.ts';

/**
 * Compares a whole tensor with its golden: sampled values and the probe.
 *
 * @param values Row-major, in the golden's layout
 * @param alternatives What would be right as well: equal to `values` but where a tie within noise can fall either way
 */
export function compareTap(
  tap: Tap,
  values: ArrayLike<number>,
  shape: readonly number[],
  alternatives: ArrayLike<number> = values,
): TapResult {
  const allowed = allowance({ noise: tap.noise, printed: tap.absmax });
  if (shape.join() !== tap.shape.join()) return failed(tap.name, allowed, `shape [${shape}], expected [${tap.shape}]`);
  let absolute = 0;
  tap.values.forEach((expected, i) => {
    const at = i * tap.stride;
    const difference = Math.min(Math.abs(values[at] - expected), Math.abs(alternatives[at] - expected));
    if (!(difference <= absolute)) absolute = difference; // NaN too
  });
  return judged(tap.name, absolute, allowed, tap.absmax, probeFault(tap, values));
}

function probeFault({ probe, noiseProbe = 0, noise, shape }: Tap, values: ArrayLike<number>): string | undefined {
  if (probe === undefined) return undefined;
  // The probe is a mean of n terms times √n: independent errors of size `noise` move it by about `noise`.
  const allowed = allowance({ noise: Math.max(noise, noiseProbe), printed: Math.sqrt(elementsOf(shape)) });
  const difference = Math.abs(formulaProbe(values) - probe);
  return difference <= allowed
    ? undefined
    : `probe off by ${difference.toExponential(2)}, allowed ${allowed.toExponential(2)}`;
}
