import type { Truth } from './image-objects.ts';
import type { Pair } from './image-pairs.ts';
import type { CategoryLedger } from './ledger.ts';
import type { Matching } from './match-image.ts';
import { type AreaRange, isOutside } from './parameters.ts';

/** A matching of one image and category, for one area range. */
export type Matched = { pair: Pair; matching: Matching; isIgnored: Uint8Array; area: AreaRange };

type Verdict = 'right' | 'wrong' | 'ignored';

/**
 * A detection does not count if what it matched does not, or if it matched nothing and is excused, by its own size or by
 * LVIS. A ground truth of id 0 reads as "nothing", as it does in pycocotools.
 *
 * @param g The ground truth it matched, or −1
 */
function verdictOf(g: number, truths: readonly Truth[], isIgnored: Uint8Array, isExcused: boolean): Verdict {
  if (g !== -1 && isIgnored[g] === 1) return 'ignored';
  if (g !== -1 && truths[g].id !== 0) return 'right';
  return isExcused ? 'ignored' : 'wrong';
}

/** Writes a bit into the ledger for every threshold a detection is right at, or wrong at. */
export function writeVerdicts(ledger: CategoryLedger, firstRow: number, a: number, matched: Matched): void {
  const { pair, matching, isIgnored, area } = matched;
  const { truths, detected, notExhaustive } = pair;
  const { truthOfDetection } = matching;
  for (let d = 0; d < detected.length; d++) {
    const base = (firstRow + d) * ledger.stride + a * 2 * ledger.words;
    const isExcused = notExhaustive || isOutside(detected[d].area, area);
    for (let at = d, t = 0; at < truthOfDetection.length; at += detected.length, t++) {
      const verdict = verdictOf(truthOfDetection[at], truths, isIgnored, isExcused);
      if (verdict === 'ignored') continue;
      ledger.bits[base + (verdict === 'right' ? 0 : ledger.words) + (t >>> 5)] |= 1 << (t & 31);
    }
  }
}

/** The matching in ids, as pycocotools keeps it in evalImgs; see ImageMatches. */
export function describeMatches({ pair, matching, isIgnored, area }: Matched) {
  const { truths, detected, notExhaustive } = pair;
  const { order, truthOfDetection, detectionOfTruth } = matching;
  const [D, G] = [detected.length, truths.length];
  return {
    detectionIds: detected.map(({ id }) => id),
    groundTruthIds: Array.from(order, (g) => truths[g].id),
    scores: detected.map(({ score }) => score),
    detectionMatches: Float64Array.from(truthOfDetection, (g) => (g === -1 ? 0 : truths[g].id)),
    groundTruthMatches: Float64Array.from(detectionOfTruth, (_, at) => {
      const d = detectionOfTruth[at - (at % G) + order[at % G]];
      return d === -1 ? 0 : detected[d].id;
    }),
    detectionIgnored: Uint8Array.from(truthOfDetection, (g, at) => {
      const isExcused = notExhaustive || isOutside(detected[at % D].area, area);
      return Number(verdictOf(g, truths, isIgnored, isExcused) === 'ignored');
    }),
    groundTruthIgnored: Uint8Array.from(order, (g) => isIgnored[g]),
  };
}
