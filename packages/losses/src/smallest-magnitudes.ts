/** Bits of a magnitude that are told apart by the first count: a table of 8 KiB, which the fastest cache holds. */
const FIRST = 11;
/** Bits of the second and of the third count, which only look at what the one before has left. */
const NEXT = 10;

/**
 * Indices of the `keep` values of smallest magnitude: those below the keep-th smallest in their order, then those equal to it; NaN
 * is larger than all. The bits of a magnitude grow with it, so that counting finds the keep-th without a sort.
 */
export function smallestMagnitudes(values: Float32Array, keep: number): Uint32Array {
  const bits = new Uint32Array(values.length);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = words[i] & 0x7fffffff;
  const threshold = nthSmallest(bits, Math.min(keep, bits.length));
  const chosen = new Uint32Array(Math.min(keep, bits.length));
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    chosen[count] = i; // without a branch that nobody can foresee: fewer than `keep` are below
    count += Number(bits[i] < threshold);
  }
  for (let i = 0; i < bits.length && count < chosen.length; i++) if (bits[i] === threshold) chosen[count++] = i;
  return chosen;
}

/** The n-th smallest of numbers below 2³¹, counted from one: its bits from the highest on, among numbers that share those before. */
function nthSmallest(numbers: Uint32Array, n: number): number {
  let left = numbers;
  let found = 0;
  let nth = n;
  for (const [width, shift] of [
    [FIRST, 2 * NEXT],
    [NEXT, NEXT],
    [NEXT, 0],
  ] as const) {
    const mask = 2 ** width - 1;
    const counts = new Uint32Array(mask + 1);
    for (let i = 0; i < left.length; i++) counts[(left[i] >>> shift) & mask]++;
    const { bin, before } = binOf(counts, nth);
    found += bin * 2 ** shift;
    nth -= before;
    if (shift > 0) left = sharing(left, { bin, mask, shift, count: counts[bin] });
  }
  return found;
}

/** Those of some numbers that have given bits. */
function sharing(
  numbers: Uint32Array,
  { bin, mask, shift, count }: { bin: number; mask: number; shift: number; count: number },
): Uint32Array {
  const found = new Uint32Array(count + 1); // the last place is written to, and never read
  let next = 0;
  for (let i = 0; i < numbers.length; i++) {
    found[next] = numbers[i];
    next += Number(((numbers[i] >>> shift) & mask) === bin);
  }
  return found.subarray(0, count);
}

/** The bin that holds the n-th, and how many lie before it. */
function binOf(counts: Uint32Array, n: number): { bin: number; before: number } {
  let before = 0;
  let bin = 0;
  while (bin < counts.length - 1 && before + counts[bin] < n) before += counts[bin++];
  return { bin, before };
}
