/** A generator of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * Seeded generator for scenes, sampling and tests: mulberry32, a 32-bit counter through a mixing function. Equal seeds
 * give equal sequences on every platform.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}
