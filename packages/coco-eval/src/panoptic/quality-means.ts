import type { CategoryQuality, PanopticCategory, PanopticMean, PanopticResult } from './panoptic-types.ts';

/** Counts of nothing, for each category by its id. */
export function emptyTallies(categories: Iterable<PanopticCategory>): Map<number, CategoryQuality> {
  return new Map(
    Array.from(categories, (category) => [category.id, { category, pq: 0, sq: 0, rq: 0, iou: 0, tp: 0, fp: 0, fn: 0 }]),
  );
}

/** Qualities of categories from their counts, and their means over all, things and stuff. */
export function qualityOf(tallies: readonly CategoryQuality[]): Omit<PanopticResult, 'images'> {
  const perCategory = tallies.map(withQuality);
  const isThing = ({ category }: CategoryQuality) => Number(category.isthing) === 1;
  return {
    all: mean(perCategory),
    things: mean(perCategory.filter(isThing)),
    stuff: mean(perCategory.filter((quality) => !isThing(quality))),
    perCategory,
  };
}

function withQuality(tally: CategoryQuality): CategoryQuality {
  const { iou, tp, fp, fn } = tally;
  if (tp + fp + fn === 0) return tally;
  const size = tp + 0.5 * fp + 0.5 * fn;
  return { ...tally, pq: iou / size, sq: tp === 0 ? 0 : iou / tp, rq: tp / size };
}

function mean(categories: CategoryQuality[]): PanopticMean {
  const present = categories.filter(({ tp, fp, fn }) => tp + fp + fn > 0);
  const n = present.length;
  const average = (field: 'pq' | 'sq' | 'rq') => (n === 0 ? 0 : present.reduce((sum, q) => sum + q[field], 0) / n);
  return { pq: average('pq'), sq: average('sq'), rq: average('rq'), n };
}
