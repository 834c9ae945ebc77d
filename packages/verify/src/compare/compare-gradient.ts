import { elementsOf, type GoldenGradient } from '../golden/schemas.ts';
import { failed, judged, type TapResult } from './tap-result.ts';
import { allowance, FLOAT32_STEP } from './tolerance.ts';

/**
 * Compares a gradient with its golden: sampled values and the Euclidean norm.
 *
 * @param values Row-major in the stored layout; nothing where there is no gradient
 * @param isSum Whether it is of a parameter: a sum over all pixels, where one rounding is common to many elements, so
 * that the norm cannot be better than float32 resolves it
 */
export function compareGradient(
  name: string,
  golden: GoldenGradient,
  values: ArrayLike<number> | undefined,
  isSum = false,
): TapResult {
  const { noise, noiseL2, l2, stride, shape } = golden;
  const allowed = allowance({ noise });
  if (values === undefined) return failed(name, allowed, 'no gradient');
  if (values.length !== elementsOf(shape)) return failed(name, allowed, `${values.length} values, expected [${shape}]`);
  const absolute = golden.values.reduce((worst, value, i) => Math.max(worst, Math.abs(values[i * stride] - value)), 0);
  // Independent errors of the elements move the norm by about as much as one of them; a rounding that is common to them
  // adds what float32 resolves of the norm.
  const common = isSum && noiseL2 === undefined ? l2 * FLOAT32_STEP : 0;
  const normAllowed = allowance({ noise: Math.max(noise, noiseL2 ?? 0) + common });
  return judged(name, absolute, allowed, l2, normFault(values, l2, normAllowed));
}

function normFault(values: ArrayLike<number>, l2: number, allowed: number): string | undefined {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2;
  const difference = Math.abs(Math.sqrt(squares) - l2);
  return difference <= allowed
    ? undefined
    : `norm off by ${difference.toExponential(2)}, allowed ${allowed.toExponential(2)}`;
}
