import { maskOverlap } from './mask-overlap.ts';
import type { ScoredMask } from './matrix-nms.ts';

/**
 * Classic greedy suppression on masks: of two of a class that overlap by more than the threshold, the better stays.
 * Wang et al. 2020 (SOLO), "Inference".
 *
 * @param masks By descending score
 * @param threshold Of intersection over union
 * @returns Indices of those that stay, ascending
 */
export function maskNms(masks: readonly ScoredMask[], threshold = 0.5): number[] {
  const kept: number[] = [];
  for (const [j, { category, mask }] of masks.entries()) {
    const rivals = kept.filter((i) => masks[i].category === category);
    if (rivals.every((i) => maskOverlap(masks[i].mask, mask) <= threshold)) kept.push(j);
  }
  return kept;
}
