import type { MaskPrediction, MaskTargets } from '@seg/core';
import type { MaskLossTerms } from '@seg/losses';

import { ALONE, type Collective } from '../collective/collective.ts';
import { denominatorShares, timesShare } from '../collective/denominator-shares.ts';

/** Shares of one process in the terms of masks, and by output in that of classes. */
export type MaskShares = { masks: number; classes: readonly number[] };

/**
 * Shares of terms that are divided by the number of targets, and by the weights of all queries' labels: 1 of those with a
 * target, `noObjectWeight` of the others.
 *
 * @param assignments By output, by image
 */
export async function maskShares(
  predictions: readonly MaskPrediction[],
  assignments: readonly (readonly { rows: Int32Array }[])[],
  targets: readonly MaskTargets[],
  { noObjectWeight }: { noObjectWeight: number },
  collective: Collective = ALONE,
): Promise<MaskShares> {
  const labels = predictions.map(({ classLogits: { shape } }, output) => {
    const matched = assignments[output].reduce((sum, { rows }) => sum + rows.length, 0);
    const weight = matched + noObjectWeight * (shape[0] * shape[1] - matched);
    return { counts: [weight], of: ([weights]: readonly number[]) => weights };
  });
  const count = targets.reduce((sum, { classes }) => sum + classes.length, 0);
  const [masks, ...classes] = await denominatorShares([{ counts: [count] }, ...labels], collective);
  return { masks, classes };
}

/** Terms of every output, times their shares. */
export function sharedMaskTerms(terms: readonly MaskLossTerms[], { masks, classes }: MaskShares): MaskLossTerms[] {
  return terms.map(({ classification, mask, dice }, output) => ({
    classification: timesShare(classification, classes[output]),
    mask: timesShare(mask, masks),
    dice: timesShare(dice, masks),
  }));
}
