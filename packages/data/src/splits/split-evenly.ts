import { seededRandom } from '@seg/core';

import { expectNumber } from '../expect-number.ts';

/** One image, or several that have to stay together, and its objects by class. */
export type SplitUnit = { members: readonly number[]; classes: readonly number[] };

/**
 * Shares units out so that every class is in every part as its share wants it, rare classes first (iterative
 * stratification, Sechidis et al. 2011, "On the Stratification of Multi-Label Data").
 *
 * @param units With the classes that are in them, each class once or as often as it occurs
 * @param shares Of the parts, which add up to 1
 * @returns Members of each part, in order
 */
export function splitEvenly(units: readonly SplitUnit[], shares: readonly number[], seed: number): number[][] {
  expectShares(shares);
  const random = seededRandom(seed);
  const waiting = units.map((unit) => ({ ...unit, key: random() })).sort((a, b) => a.key - b.key);
  const parts = shares.map((share) => new Part(share, units));
  while (waiting.length > 0) {
    const rare = rarestClass(waiting);
    const at = rare === null ? 0 : waiting.findIndex(({ classes }) => classes.includes(rare));
    const [unit] = waiting.splice(at, 1);
    neediest(parts, rare).take(unit);
  }
  return parts.map(({ members }) => members.toSorted((a, b) => a - b));
}

function expectShares(shares: readonly number[]): void {
  for (const [k, share] of shares.entries()) expectNumber('splitEvenly', `shares[${k}]`, share, { least: 0, most: 1 });
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-6) throw new RangeError(`splitEvenly: expected shares that add up to 1, got ${sum}`);
}

class Part {
  readonly members: number[] = [];
  private places: number;
  private readonly wants = new Map<number, number>();

  constructor(share: number, units: readonly SplitUnit[]) {
    this.places = share * units.reduce((sum, { members }) => sum + members.length, 0);
    for (const { classes } of units) {
      for (const category of classes) this.wants.set(category, (this.wants.get(category) ?? 0) + share);
    }
  }

  take({ members, classes }: SplitUnit): void {
    this.members.push(...members);
    this.places -= members.length;
    for (const category of classes) this.wants.set(category, this.wants.get(category)! - 1);
  }

  /** Objects of a class that the part still lacks, then images. */
  need(category: number | null): [objects: number, images: number] {
    return [category === null ? 0 : (this.wants.get(category) ?? 0), this.places];
  }
}

function rarestClass(units: readonly SplitUnit[]): number | null {
  const counts = new Map<number, number>();
  for (const { classes } of units) for (const each of classes) counts.set(each, (counts.get(each) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  return sorted.length === 0 ? null : sorted[0][0];
}

function neediest(parts: readonly Part[], category: number | null): Part {
  return parts.reduce((best, part) => {
    const [[objects, images], [bestObjects, bestImages]] = [part.need(category), best.need(category)];
    return objects > bestObjects || (objects === bestObjects && images > bestImages) ? part : best;
  });
}
