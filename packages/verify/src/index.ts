/**
 * Recorded numbers of a reference, compared tap by tap, in Node and pages.
 *
 * @packageDocumentation
 */

export type { TapResult } from './compare/tap-result.ts';
export type { ForwardRuntime, Golden, GoldenOptions } from './golden/golden.ts';
export { parseGolden } from './golden/parse-golden.ts';
