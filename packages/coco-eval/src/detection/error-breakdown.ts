import { numpyMean } from '../numeric/numpy-sum.ts';
import { expectThat } from '../state/expect-value.ts';
import { expectDetectionNames, requireShare } from './check-options.ts';
import type { CocoCategory } from './coco-types.ts';
import { compareAll, type ImageComparison } from './compare-all.ts';
import type { DetectionImage } from './detection-evaluator.ts';
import { matchImage } from './match-image.ts';
import type { DetectionOptions } from './options.ts';
import { type DetectionParameters, decideParameters, isOutside } from './parameters.ts';

/** Bolya et al. 2020, "TIDE", §3: what is wrong with a detection, or with an object nothing found. */
export const ERROR_TYPES = ['class', 'localization', 'both', 'duplicate', 'background', 'missed'] as const;
/** One of the six ways to be wrong: five of a detection, one (`missed`) of an object. */
export type ErrorType = (typeof ERROR_TYPES)[number];

/** Count of each error, and the average precision it costs; AP between 0 and 1, −1 without objects. */
export type ErrorBreakdown = {
  /** AP at the foreground threshold, with nothing repaired. */
  ap: number;
  /** Number of errors of each type. */
  counts: Record<ErrorType, number>;
  /** Rise of AP were all errors of one type repaired, and no others. */
  deltaAp: Record<ErrorType, number>;
};

/** Categories, and the two overlaps that tell errors apart: TIDE's t_f and t_b. */
export type ErrorBreakdownOptions = DetectionOptions & {
  categories: readonly CocoCategory[];
  /** Overlap from which a detection is of an object, 0.5 if absent. */
  foreground?: number;
  /** Overlap up to which it is of background, 0.1 if absent. */
  background?: number;
};

/** A detection that counts. `target` is the object the error is about, by running number. */
type CountedDetection = { category: number; score: number; error: ErrorType | null; target: number };

/**
 * Sorts the errors of detections into six types and measures what each costs, in the manner of TIDE. Keeps every
 * detection that counts.
 */
export class DetectionErrors {
  readonly #parameters: DetectionParameters;
  readonly #foreground: number;
  readonly #background: number;
  readonly #entries: CountedDetection[] = [];
  readonly #objects: { category: number; found: boolean; excused: boolean }[] = [];

  constructor(options: ErrorBreakdownOptions) {
    expectDetectionNames('DetectionErrors', options, ['categories', 'foreground', 'background']);
    this.#parameters = decideParameters(options.categories, { ...options, useCategories: true });
    const { foreground, background } = options;
    requireShare('foreground', foreground);
    requireShare('background', background);
    this.#foreground = foreground ?? 0.5;
    this.#background = background ?? Math.min(0.1, this.#foreground);
    const isBelow = this.#background <= this.#foreground;
    expectThat(isBelow, 'background', `at most the foreground ${this.#foreground}`, this.#background);
  }

  /** Takes in one image. @throws where DetectionEvaluator.add would */
  add(image: DetectionImage): void {
    const compared = compareAll(image, this.#parameters);
    const first = this.#objects.length;
    const match = this.#matches(compared);
    const found = new Set(match);
    compared.truths.forEach((_, g) => {
      this.#objects.push({ category: compared.truthCategories[g], found: found.has(g), excused: false });
    });
    compared.detected.forEach(({ score, area }, d) => {
      const category = compared.detectedCategories[d];
      if (match[d] !== -1) {
        if (compared.truths[match[d]].isIgnored) return;
        this.#entries.push({ category, score, error: null, target: first + match[d] });
        return;
      }
      if (isOutside(area, this.#parameters.areaRanges[0])) return;
      const [error, g] = this.#diagnose(compared, d, found);
      this.#entries.push({ category, score, error, target: g === -1 ? -1 : first + g });
      if (g !== -1 && (error === 'class' || error === 'localization')) this.#objects[first + g].excused = true;
    });
    compared.truths.forEach(({ isIgnored }, g) => {
      if (isIgnored) this.#objects[first + g].category = -1;
    });
  }

  /** [D] the object each detection is right about, by COCO's matching within a category, or −1. */
  #matches({ truths, detected, truthCategories, detectedCategories, ious }: ImageComparison): Int32Array {
    const match = new Int32Array(detected.length).fill(-1);
    for (const category of new Set(detectedCategories)) {
      const ds = indicesOf(detectedCategories, category);
      const gs = indicesOf(truthCategories, category);
      const { truthOfDetection } = matchImage({
        detections: ds.length,
        groundTruths: gs.length,
        ious: Float64Array.from(ds.flatMap((d) => gs.map((g) => ious[d * truths.length + g]))),
        isCrowd: gs.map((g) => Number(truths[g].isCrowd)),
        isIgnored: gs.map((g) => Number(truths[g].isIgnored)),
        thresholds: [this.#foreground],
      });
      ds.forEach((d, k) => {
        if (truthOfDetection[k] !== -1) match[d] = gs[truthOfDetection[k]];
      });
    }
    return match;
  }

  /** Finds the error of an unmatched detection, and the object it concerns. TIDE §3.1, in its order. */
  #diagnose(compared: ImageComparison, d: number, found: Set<number>): [ErrorType, number] {
    const category = compared.detectedCategories[d];
    const own = bestOf(compared, d, (g) => compared.truthCategories[g] === category);
    const other = bestOf(compared, d, (g) => compared.truthCategories[g] !== category);
    if (own.iou >= this.#background && own.iou < this.#foreground) return ['localization', own.g];
    if (own.iou >= this.#foreground && found.has(own.g)) return ['duplicate', own.g];
    if (other.iou >= this.#foreground) return ['class', other.g];
    if (other.iou >= this.#background) return ['both', other.g];
    return ['background', -1];
  }

  /** Counts and costs over all images so far: one average precision is computed for each type of error. */
  result(): ErrorBreakdown {
    const counts = Object.fromEntries(ERROR_TYPES.map((type) => [type, 0])) as Record<ErrorType, number>;
    for (const { error } of this.#entries) if (error) counts[error]++;
    counts.missed = this.#objects.filter(isMissed).length;
    const ap = this.#averagePrecision(null);
    const deltaAp = Object.fromEntries(ERROR_TYPES.map((type) => [type, this.#averagePrecision(type) - ap]));
    return { ap, counts, deltaAp: deltaAp as Record<ErrorType, number> };
  }

  /** Mean AP over categories with objects, after repairing the errors of one type. */
  #averagePrecision(repaired: ErrorType | null): number {
    const K = this.#parameters.categories.length;
    const ranked: { score: number; hit: boolean }[][] = Array.from({ length: K }, () => []);
    const positives = new Float64Array(K);
    for (const object of this.#objects) {
      if (object.category !== -1 && !(repaired === 'missed' && isMissed(object))) positives[object.category]++;
    }
    const taken = new Set<number>();
    for (const entry of this.#entries.toSorted((a, b) => b.score - a.score)) {
      if (entry.error === null || entry.error !== repaired) {
        ranked[entry.category].push({ score: entry.score, hit: entry.error === null });
        continue;
      }
      // a repaired class or place makes the detection right, unless the object has its detection already
      const object = this.#objects[entry.target];
      const right = (repaired === 'class' || repaired === 'localization') && !object.found && !taken.has(entry.target);
      if (!right || object.category === -1) continue;
      taken.add(entry.target);
      ranked[object.category].push({ score: entry.score, hit: true });
    }
    const aps = ranked.flatMap((list, k) => (positives[k] === 0 ? [] : [this.#interpolated(list, positives[k])]));
    return aps.length === 0 ? -1 : numpyMean(aps);
  }

  /** Mean over the recall thresholds of the largest precision at or past each. */
  #interpolated(ranked: { hit: boolean }[], positives: number): number {
    const precision: number[] = [];
    ranked.forEach(({ hit }, k) => {
      if (hit) precision.push((precision.length + 1) / (k + 1));
    });
    for (let n = precision.length - 2; n >= 0; n--) precision[n] = Math.max(precision[n], precision[n + 1]);
    const { recallThresholds } = this.#parameters;
    let n = 0;
    const points = recallThresholds.map((threshold) => {
      while (n < precision.length && (n + 1) / positives < threshold) n++;
      return precision[n] ?? 0;
    });
    return numpyMean(points);
  }
}

function isMissed({ category, found, excused }: { category: number; found: boolean; excused: boolean }): boolean {
  return category !== -1 && !found && !excused;
}

function indicesOf(categories: number[], category: number): number[] {
  return categories.flatMap((value, k) => (value === category ? [k] : []));
}

/** The object overlapped most among those chosen; crowds and ignored ones cannot be meant. */
function bestOf({ truths, ious }: ImageComparison, d: number, chosen: (g: number) => boolean) {
  let best = { g: -1, iou: 0 };
  for (let g = 0; g < truths.length; g++) {
    const iou = ious[d * truths.length + g];
    if (!truths[g].isIgnored && chosen(g) && iou > best.iou) best = { g, iou };
  }
  return best;
}
