import { expectOptions, expectValue, type OptionCheck, oneOf } from '@seg/core/expect-options';

import type { BitMask } from './bit-mask.ts';
import { AN_AMOUNT } from './expect-numbers.ts';
import { maskOverlap } from './mask-overlap.ts';

/** A mask that competes with others of its class. */
export type ScoredMask = {
  category: number;
  score: number;
  mask: BitMask;
  /** Number of the network's query that it comes from; only where it was asked for. */
  query?: number;
};

/** Decay of scores. Wang et al. 2020 (SOLOv2), section 3.3. */
export type MatrixNmsOptions = {
  /** Of the decay: exp(−σ·IoU²), or 1 − IoU. Default: `'gaussian'`. */
  kernel?: 'gaussian' | 'linear';
  /** Of the gaussian. The original code multiplies by it where the paper divides. Default: 2. */
  sigma?: number;
};

/** Checks of {@link MatrixNmsOptions}. */
export const MATRIX_NMS = { kernel: oneOf('gaussian', 'linear'), sigma: AN_AMOUNT };

/** Lists of masks, checked. */
export const MASKS: OptionCheck = ['a list of masks', Array.isArray];

/**
 * Lowers the score of every mask by its overlap with better ones of its class, and less so where those are themselves
 * overlapped. Wang et al. 2020 (SOLOv2), "Matrix NMS":
 *
 *   decayⱼ = min over i before j of f(IoUᵢⱼ) / f(max over k before i of IoUₖᵢ)
 *
 * @param masks By descending score
 * @returns A score each, in the same order
 */
export function matrixNms(masks: readonly ScoredMask[], options: MatrixNmsOptions = {}): number[] {
  expectOptions('matrixNms', options, MATRIX_NMS);
  expectValue('matrixNms', 'masks', masks, MASKS);
  const { kernel = 'gaussian', sigma = 2 } = options;
  const decayOf = kernel === 'gaussian' ? (iou: number) => Math.exp(-sigma * iou * iou) : (iou: number) => 1 - iou;
  const compensations: number[] = []; // f(largest overlap with a better mask)
  return masks.map(({ category, score, mask }, j) => {
    let [decay, largest] = [1, 0];
    for (let i = 0; i < j; i++) {
      if (masks[i].category !== category) continue;
      const iou = maskOverlap(masks[i].mask, mask);
      largest = Math.max(largest, iou);
      const ratio = decayOf(iou) / compensations[i];
      if (ratio < decay) decay = ratio; // never where 0 / 0: an equal mask before i has decayed it to 0 already
    }
    compensations.push(decayOf(largest));
    return score * decay;
  });
}
