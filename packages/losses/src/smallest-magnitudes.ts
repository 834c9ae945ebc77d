/** Highest bits of a magnitude, which the first count tells apart: its table of 8 KiB is held by the fastest cache. */
const FIRST = 11;
/** Bits of the second and of the third count, which only look at what the one before has left. */
const NEXT = 10;
/** All bits of a number but its sign: they grow with its magnitude, so that counting finds the keep-th without a sort. */
const MAGNITUDE = 0x7fffffff;

/**
 * Indices of the `keep` values of smallest magnitude: those below the keep-th smallest in their order, then those equal to it; NaN
 * is larger than all.
 */
export function smallestMagnitudes(values: Float32Array, keep: number): Uint32Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const most = Math.min(keep, words.length);
  if (most === 0) return new Uint32Array(0);
  const { below, within, nth } = splitByHighest(words, most);
  const magnitudes = within.map((index) => words[index] & MAGNITUDE);
  const threshold = nthSmallest(magnitudes, nth);
  const smaller = within.filter((_, i) => magnitudes[i] < threshold);
  const equal = within.filter((_, i) => magnitudes[i] === threshold);
  const chosen = new Uint32Array(most);
  merge(below, smaller, chosen);
  const taken = below.length + smaller.length;
  chosen.set(equal.subarray(0, most - taken), taken);
  return chosen;
}

/** Indices of the numbers whose highest bits are below those of the n-th smallest, and of those that share them. */
function splitByHighest(words: Uint32Array, n: number): { below: Uint32Array; within: Uint32Array; nth: number } {
  const shift = 2 * NEXT;
  const mask = 2 ** FIRST - 1;
  const counts = new Uint32Array(mask + 1);
  for (let i = 0; i < words.length; i++) counts[(words[i] >>> shift) & mask]++;
  const { bin, before } = binOf(counts, n);
  // a place more than there are: without branches that nobody can foresee, each index is written, and kept if it counts
  const below = new Uint32Array(before + 1);
  const within = new Uint32Array(counts[bin] + 1);
  let [numBelow, numWithin] = [0, 0];
  for (let i = 0; i < words.length; i++) {
    const highest = (words[i] >>> shift) & mask;
    below[numBelow] = i;
    numBelow += Number(highest < bin);
    within[numWithin] = i;
    numWithin += Number(highest === bin);
  }
  return { below: below.subarray(0, before), within: within.subarray(0, numWithin), nth: n - before };
}

/** The n-th smallest of numbers that share their highest bits, counted from one: its bits from the next on. */
function nthSmallest(numbers: Uint32Array, n: number): number {
  let left = numbers;
  let nth = n;
  for (const shift of [NEXT, 0]) {
    const mask = 2 ** NEXT - 1;
    const counts = new Uint32Array(mask + 1);
    for (let i = 0; i < left.length; i++) counts[(left[i] >>> shift) & mask]++;
    const { bin, before } = binOf(counts, nth);
    nth -= before;
    left = left.filter((number) => ((number >>> shift) & mask) === bin);
  }
  return left[0];
}

/** The bin that holds the n-th, and how many lie before it. */
function binOf(counts: Uint32Array, n: number): { bin: number; before: number } {
  let before = 0;
  let bin = 0;
  while (bin < counts.length - 1 && before + counts[bin] < n) before += counts[bin++];
  return { bin, before };
}

/** Two ascending lists as one. */
function merge(a: Uint32Array, b: Uint32Array, into: Uint32Array): void {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const isA = j >= b.length || (i < a.length && a[i] < b[j]);
    into[i + j] = isA ? a[i] : b[j];
    if (isA) i++;
    else j++;
  }
}
