import type { ScoredMask } from '@seg/postprocess';

import { ALLOWED_PIXELS } from '../compare/compare-map.ts';
import { judged, type TapResult } from '../compare/tap-result.ts';
import { allowance } from '../compare/tolerance.ts';

/** A mask by what the golden records of it. */
export type Outline = {
  category: number;
  score: number;
  area: number;
  /** Distance by which pixels at the threshold may move the score, where it is known. */
  shift?: number;
};

/** Outline as a file has it. */
export function outlineOfRow([category, score, area]: [number, number, number]): Outline {
  return { category, score, area };
}

/** Outline of one of our masks. */
export function outlineOf({ category, score, mask }: ScoredMask): Outline {
  return { category, score, area: mask.area };
}

/** An expected mask with the index of ours that stands for it, and how far its score may be off. */
export type InstancePair = { wanted: Outline; own: Outline | undefined; index: number; allowed: number };

/**
 * One of ours for each of the expected, every one taken once: order may differ where scores are as close as their
 * noise. Those that agree within noise find each other first.
 */
export function pairing(expected: Outline[], ours: Outline[], noise: number): InstancePair[] {
  const free = new Set(ours.keys());
  const strict = () => allowance({ noise });
  const loose = (wanted: Outline, own: Outline) => strict() + movedByFlips(wanted, own);
  const first = expected.map((wanted) => nearest(wanted, ours, free, strict));
  return expected.map((wanted, i) => {
    const index = first[i] ?? nearest(wanted, ours, free, loose);
    const own = index === undefined ? undefined : ours[index];
    return { wanted, own, index: index ?? -1, allowed: own === undefined ? 0 : loose(wanted, own) };
  });
}

/**
 * The same pairs, without those of ours behind the cut, unless their score is as close to the last one kept as the two
 * together may be off: then either of them may be kept.
 *
 * @param ours By descending score
 * @param kept Masks that are kept
 */
export function withinCut(pairs: InstancePair[], ours: Outline[], kept: number, noise: number): InstancePair[] {
  const last = ours[kept - 1];
  return pairs.map((pair) => {
    const { own, index, allowed } = pair;
    if (own === undefined || index < kept) return pair;
    if (last.score - own.score <= allowed + allowance({ noise }) + (last.shift ?? 0)) return pair;
    return { ...pair, own: undefined, index: -1, allowed: 0 };
  });
}

/** Takes the nearest that is free, by score. */
function nearest(
  wanted: Outline,
  ours: Outline[],
  free: Set<number>,
  allowed: (wanted: Outline, own: Outline) => number,
): number | undefined {
  const off = (i: number) => Math.abs(ours[i].score - wanted.score);
  const [found] = [...free]
    .filter((i) => ours[i].category === wanted.category && areaDifference(wanted, ours[i]) <= ALLOWED_PIXELS)
    .filter((i) => off(i) <= allowed(wanted, ours[i]))
    .sort((a, b) => off(a) - off(b));
  if (found !== undefined) free.delete(found);
  return found;
}

function areaDifference(a: Outline, b: Outline): number {
  return Math.abs(a.area - b.area);
}

/** Change of a score by pixels on the other side of the threshold: a mean over a mask by their share of it. */
function movedByFlips(wanted: Outline, own: Outline): number {
  return own.shift ?? wanted.score * (areaDifference(wanted, own) / wanted.area);
}

/**
 * The same pairs with the scores that suppression leaves them.
 *
 * @param expected Scores in the order of the pairs
 * @param ours Our masks with the scores that are left, in their order before
 */
export function behindNms(
  pairs: InstancePair[],
  expected: readonly number[],
  ours: readonly Outline[],
  noise: number,
): InstancePair[] {
  return pairs.map(({ wanted, own, index }, i) => {
    const behind = { wanted: { ...wanted, score: expected[i] }, index };
    if (own === undefined) return { ...behind, own, allowed: 0 };
    return { ...behind, own: ours[index], allowed: allowance({ noise }) + (ours[index].shift ?? 0) };
  });
}

/** Result of a pairing: the worst score, and how many found nobody. */
export function comparePairing(name: string, pairs: InstancePair[]): TapResult {
  const alone = pairs.filter(({ own }) => own === undefined);
  const worst = pairs
    .map(({ wanted, own, allowed }) => ({ absolute: Math.abs((own?.score ?? Infinity) - wanted.score), allowed }))
    .reduce((a, b) => (b.absolute - b.allowed <= a.absolute - a.allowed ? a : b), { absolute: 0, allowed: 0 });
  const first = alone.slice(0, 3).map(({ wanted }) => JSON.stringify(wanted));
  const note = alone.length > 0 ? `${alone.length} of ${pairs.length} without a counterpart: ${first}` : undefined;
  return judged(name, worst.absolute, worst.allowed, 1, note);
}
