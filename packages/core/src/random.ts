/** A generator of uniform numbers in [0, 1). */
export type Random = (() => number) & {
  /** Writes the next numbers into an array, faster than by calls. Absent from generators that are not ours. */
  fill?(values: Float32Array): void;
};

/** Step of the counter. */
const STEP = 0x6d2b79f5;

/**
 * Seeded generator for scenes, sampling and tests: mulberry32, a 32-bit counter through a mixing function. Equal seeds
 * give equal sequences on every platform.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => mixed((state = (state + STEP) >>> 0));
  const fill = (values: Float32Array) => {
    let counter = state | 0;
    for (let i = 0; i < values.length; i++) values[i] = mixed((counter = (counter + STEP) | 0));
    state = counter >>> 0;
  };
  return Object.assign(next, { fill });
}

function mixed(state: number): number {
  let x = Math.imul(state ^ (state >>> 15), state | 1);
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
  return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
}
