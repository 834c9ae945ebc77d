import type { FilterKernel } from './resize-filters.ts';

/** Bits of a weight in fixed point: 32 − 8 for a byte − 2 for the sum's headroom (`Resample.c`). */
export const PRECISION_BITS = 22;

/** For each output position: the first input it reads, and `taps` weights (zero beyond its own). */
export type Resampling = { starts: Int32Array; counts: Int32Array; weights: Int32Array; taps: number };

/** Computes a filter's weights in fixed point, widened to the scale where it shrinks, normalized before they are rounded. */
export function resampling(oldSize: number, size: number, kernel: FilterKernel): Resampling {
  const scale = oldSize / size;
  const widening = Math.max(1, scale);
  const support = kernel.support * widening;
  const taps = 2 * Math.ceil(support) + 1;
  const [starts, counts] = [new Int32Array(size), new Int32Array(size)];
  const weights = new Int32Array(size * taps);
  const exact = new Float64Array(taps);
  for (let i = 0; i < size; i++) {
    const center = (i + 0.5) * scale;
    starts[i] = Math.max(0, Math.trunc(center - support + 0.5));
    counts[i] = Math.min(oldSize, Math.trunc(center + support + 0.5)) - starts[i];
    let sum = 0;
    for (let k = 0; k < counts[i]; k++) {
      exact[k] = kernel.weight((k + starts[i] - center + 0.5) * (1 / widening));
      sum += exact[k];
    }
    for (let k = 0; k < counts[i]; k++) weights[i * taps + k] = fixedPoint(sum === 0 ? exact[k] : exact[k] / sum);
  }
  return { starts, counts, weights, taps };
}

function fixedPoint(weight: number): number {
  const scaled = weight * 2 ** PRECISION_BITS;
  return Math.trunc(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}
