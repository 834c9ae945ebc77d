import * as tf from '@tensorflow/tfjs-core';

import { ALONE, type Collective } from './collective.ts';

/** Divisor of a criterion, made from a number that adds up over the images of a batch. */
export type Denominator = {
  count: number;
  /** Default: the count, at least 1. */
  of?(count: number): number;
};

const atLeastOne = (count: number): number => Math.max(1, count);

/**
 * Factors for terms that each process has divided by a number of its own images: with them, the mean over processes is what
 * one process would get for the images of all. All are 1 where there is one process. Cheng et al. 2021 (MaskFormer) sum the
 * number of masks so; here all denominators are.
 */
export async function denominatorShares(
  denominators: readonly Denominator[],
  collective: Collective = ALONE,
): Promise<number[]> {
  if (collective.size === 1) return denominators.map(() => 1);
  const counts = Float64Array.from(denominators, ({ count }) => count);
  await collective.allReduce(counts);
  return denominators.map(({ count, of = atLeastOne }, k) => (of(count) * collective.size) / of(counts[k]));
}

/** A term times its share. */
export function timesShare(term: tf.Scalar, share: number): tf.Scalar {
  return share === 1 ? term : tf.mul(term, share);
}
