/** Half of the bits of a magnitude, by which it is sought in two rounds of counting. */
const HALF = 16;

/**
 * Indices of the `keep` values of smallest magnitude: those below the keep-th smallest in their order, then those equal to it; NaN
 * is larger than all. The bits of a magnitude grow with it, so that counting finds the keep-th without a sort.
 */
export function smallestMagnitudes(values: Float32Array, keep: number): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length).map((word) => word & 0x7fffffff);
  const threshold = nthSmallest(bits, keep);
  const chosen = new Uint32Array(Math.min(keep, bits.length));
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    chosen[count] = i; // without a branch that nobody can foresee: fewer than `keep` are below
    count += Number(bits[i] < threshold);
  }
  for (let i = 0; i < bits.length && count < chosen.length; i++) if (bits[i] === threshold) chosen[count++] = i;
  return chosen;
}

/** The n-th smallest of numbers below 2³¹, counted from one; the largest where there are fewer. */
function nthSmallest(numbers: Uint32Array, n: number): number {
  const high = new Uint32Array(2 ** (31 - HALF));
  for (let i = 0; i < numbers.length; i++) high[numbers[i] >>> HALF]++;
  const { bin, before } = binOf(high, Math.min(n, numbers.length));
  const low = new Uint32Array(2 ** HALF);
  for (let i = 0; i < numbers.length; i++) if (numbers[i] >>> HALF === bin) low[numbers[i] & 0xffff]++;
  return bin * 2 ** HALF + binOf(low, Math.min(n, numbers.length) - before).bin;
}

/** The bin that holds the n-th, and how many lie before it. */
function binOf(counts: Uint32Array, n: number): { bin: number; before: number } {
  let before = 0;
  let bin = 0;
  while (bin < counts.length - 1 && before + counts[bin] < n) before += counts[bin++];
  return { bin, before };
}
