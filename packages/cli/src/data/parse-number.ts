import { wholeNumber } from '../process/whole-number.ts';

/** Largest seed: a number to be remembered. */
const MOST_SEED = 1_000_000;

/** A seed: a whole number of 0 or more. */
export const parseSeed = wholeNumber(0, MOST_SEED);
