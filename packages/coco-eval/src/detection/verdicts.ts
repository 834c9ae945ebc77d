import type { Truth } from './image-objects.ts';
import type { Pair } from './image-pairs.ts';
import type { CategoryLedger } from './ledger.ts';
import type { Matching } from './match-image.ts';
import type { AreaRange } from './options.ts';
import { isOutside } from './parameters.ts';

/** A matching of one image and category, for one area range. */
export type Matched = { pair: Pair; matching: Matching; area: AreaRange };

type Verdict = 'right' | 'wrong' | 'ignored';

/**
 * A detection does not count if what it matched does not, or if it matched nothing and is excused, by its own size or
 * by LVIS. A ground truth of id 0 reads as "nothing", as it does in pycocotools.
 *
 * @param g The ground truth it matched, or −1
 */
function verdictOf(g: number, truths: readonly Truth[], isIgnored: readonly number[], isExcused: boolean): Verdict {
  if (g !== -1 && isIgnored[g] === 1) return 'ignored';
  if (g !== -1 && truths[g].id !== 0) return 'right';
  return isExcused ? 'ignored' : 'wrong';
}

/** Writes a bit into the ledger for every threshold a detection is right at, or wrong at. */
export function writeVerdicts(ledger: CategoryLedger, firstRow: number, a: number, matched: Matched): void {
  const { pair, matching, area } = matched;
  const { truths, detected, notExhaustive } = pair;
  const { isIgnored, truthOfDetection } = matching;
  const { words, stride, bits } = ledger;
  for (let d = 0; d < detected.length; d++) {
    const isExcused = notExhaustive || isOutside(detected[d].area, area);
    const base = (firstRow + d) * stride + a * 2 * words;
    for (let word = 0, at = d; word < words; word++) {
      let [right, wrong] = [0, 0];
      for (let bit = 1; bit !== 0 && at < truthOfDetection.length; bit <<= 1, at += detected.length) {
        const verdict = verdictOf(truthOfDetection[at], truths, isIgnored, isExcused);
        if (verdict === 'right') right |= bit;
        else if (verdict === 'wrong') wrong |= bit;
      }
      bits[base + word] = right;
      bits[base + words + word] = wrong;
    }
  }
}

/** Verdict where nothing matched: wrong at every threshold, unless excused. */
export function writeMisses(
  { words, stride, bits }: CategoryLedger,
  firstRow: number,
  a: number,
  { pair, area }: Pick<Matched, 'pair' | 'area'>,
  thresholds: number,
): void {
  for (let d = 0; d < pair.detected.length; d++) {
    if (pair.notExhaustive || isOutside(pair.detected[d].area, area)) continue;
    const base = (firstRow + d) * stride + (a * 2 + 1) * words;
    for (let t = 0; t < thresholds; t++) bits[base + (t >>> 5)] |= 1 << (t & 31);
  }
}

/** The matching in ids, as pycocotools keeps it in evalImgs; see ImageMatches. */
export function describeMatches({ pair, matching, area }: Matched) {
  const { truths, detected, notExhaustive } = pair;
  const { isIgnored, order, truthOfDetection, detectionOfTruth } = matching;
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
