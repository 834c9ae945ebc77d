import * as tf from '@tensorflow/tfjs-core';

import { ALONE, type Collective } from './collective.ts';

/** Divisor of a criterion, made from numbers that add up over the images of a batch. */
export type Denominator = {
  counts: readonly number[];
  /** Default: the sum of the counts, at least 1. */
  of?(counts: readonly number[]): number;
};

const atLeastOne = (counts: readonly number[]): number =>
  Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );

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
  const totals = Float64Array.from(denominators.flatMap(({ counts }) => counts));
  await collective.allReduce(totals);
  let end = 0;
  return denominators.map(({ counts, of = atLeastOne }) => {
    const start = end;
    end += counts.length;
    return (of(counts) * collective.size) / of([...totals.subarray(start, end)]);
  });
}

/** A term times its share. */
export function timesShare(term: tf.Scalar, share: number): tf.Scalar {
  return share === 1 ? term : tf.mul(term, share);
}
