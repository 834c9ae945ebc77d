/**
 * Times the noise of the reference that is allowed: another order of float32 sums is as good as the reference's own.
 */
export const NOISE_FACTOR = 10;

/** Share of a value that rounding to float32 takes at most: half a unit in the last of its 24 bits. */
export const FLOAT32_STEP = 2 ** -24;

/** Share of a value that golden files cut off: they have nine significant digits. */
const PRINTED_STEP = 1e-9;

/** Knowledge of an expected value beside itself. */
export type Uncertainty = {
  /** Largest difference of the reference's own float32 run from its float64 run. */
  noise: number;
  /** Magnitude that float32 resolves, where the reference may have happened to round to less than anyone can. */
  rounded?: number;
  /** Magnitude that the file has printed. */
  printed?: number;
};

/**
 * Allowed difference from an expected value, the one rule of all comparisons: ten times the noise of the reference, or
 * ten times what float32 or the file resolves at all, where that is more.
 */
export function allowance({ noise, rounded = 0, printed = 0 }: Uncertainty): number {
  return NOISE_FACTOR * Math.max(noise, Math.abs(rounded) * FLOAT32_STEP, printed * PRINTED_STEP);
}
