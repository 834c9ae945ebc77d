/**
 * Comparing models, losses and post-processing with recorded reference numbers, in Node and in a page.
 *
 * @packageDocumentation
 */

export { compareTap, NOISE_FACTOR, type TapResult } from './compare-tap.ts';
export { type Golden, parseGolden, type Tap } from './golden-file.ts';
export { verifyGolden } from './verify-golden.ts';
