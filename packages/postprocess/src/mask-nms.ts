import { expectValue } from '@seg/core/expect-options';

import type { BitMask } from './bit-mask.ts';
import { A_SHARE } from './expect-numbers.ts';
import { maskOverlap } from './mask-overlap.ts';
import { MASKS, type ScoredMask } from './matrix-nms.ts';

/**
 * Classic greedy suppression on masks: of two of a class that overlap by more than the threshold, the better stays.
 * Wang et al. 2020 (SOLO), "Inference".
 *
 * @param masks By descending score
 * @param threshold Of intersection over union
 * @returns Indices of those that stay, ascending
 */
export function maskNms(masks: readonly ScoredMask[], threshold = 0.5): number[] {
  expectValue('maskNms', 'masks', masks, MASKS);
  expectValue('maskNms', 'threshold', threshold, A_SHARE);
  const kept: number[] = [];
  for (const [j, { category, mask }] of masks.entries()) {
    const rivals = kept.filter((i) => masks[i].category === category && canOverlap(masks[i].mask, mask, threshold));
    if (rivals.every((i) => maskOverlap(masks[i].mask, mask) <= threshold)) kept.push(j);
  }
  return kept;
}

/** False where the areas alone tell: the smaller over the larger bounds the intersection over union. */
const canOverlap = (a: BitMask, b: BitMask, threshold: number): boolean =>
  Math.min(a.area, b.area) / Math.max(a.area, b.area) > threshold;

/** Those that stay by {@link maskNms}; all where no threshold is given. @param masks By descending score */
export function withoutDoubles<T extends ScoredMask>(masks: T[], threshold: number | undefined): T[] {
  return threshold === undefined ? masks : maskNms(masks, threshold).map((i) => masks[i]);
}
