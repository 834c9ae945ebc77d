import { expectOneOf } from '../state/expect-options.ts';
import { expectThat, isCount, isList } from '../state/expect-value.ts';

/**
 * Version of numpy's sum of an array, since means must agree in the last bit. Version 2 sums the whole array
 * pairwise; version 1 first cuts it into buffers of 8192 and adds up their pairwise sums.
 */
export type Summation = 'numpy2' | 'numpy1';

/** Elements of numpy 1's buffer (`NPY_BUFSIZE`). */
const BUFFER = 8192;

/** 2 GB of points. */
const MOST_POINTS = 2 ** 28;

/** numpy.sum of float64, rounded as numpy rounds it: pairwise, not one by one. */
export function numpySum(values: ArrayLike<number>, summation: Summation = 'numpy2'): number {
  expectOneOf('numpySum', 'summation', summation, ['numpy2', 'numpy1']);
  expectThat(isList(values), 'numpySum', 'a list of numbers', values);
  if (summation === 'numpy2') return pairwise(values, 0, values.length);
  let sum = 0;
  for (let start = 0; start < values.length; start += BUFFER) {
    sum += pairwise(values, start, Math.min(BUFFER, values.length - start));
  }
  return sum;
}

/** Halves above 128 elements, at a multiple of 8; eight running sums below; a plain loop under 8. */
function pairwise(values: ArrayLike<number>, start: number, n: number): number {
  if (n < 8) {
    let sum = 0;
    for (let k = start; k < start + n; k++) sum += values[k];
    return sum;
  }
  if (n <= 128) return eightWay(values, start, n);
  const half = (n >> 1) - ((n >> 1) % 8);
  return pairwise(values, start, half) + pairwise(values, start + half, n - half);
}

function eightWay(values: ArrayLike<number>, start: number, n: number): number {
  const r = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => values[start + k]);
  let k = 8;
  for (; k + 8 <= n; k += 8) for (let lane = 0; lane < 8; lane++) r[lane] += values[start + k + lane];
  let sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
  for (; k < n; k++) sum += values[start + k];
  return sum;
}

/** numpy.mean; NaN of nothing. */
export function numpyMean(values: ArrayLike<number>, summation: Summation = 'numpy2'): number {
  return numpySum(values, summation) / values.length;
}

/** numpy.linspace: start + i · step with step = (stop − start) / (count − 1), the last of several points set to stop. */
export function linspace(start: number, stop: number, count: number): Float64Array {
  expectThat(typeof start === 'number', 'linspace', 'start of a number', start);
  expectThat(typeof stop === 'number', 'linspace', 'stop of a number', stop);
  expectThat(isCount(count) && count <= MOST_POINTS, 'linspace', `a whole count of 0 to ${MOST_POINTS}`, count);
  const step = count === 1 ? 0 : (stop - start) / (count - 1);
  const points = Float64Array.from({ length: count }, (_, i) => i * step + start);
  if (count > 1) points[count - 1] = stop;
  return points;
}
