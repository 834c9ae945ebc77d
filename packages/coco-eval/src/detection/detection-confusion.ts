import { expectThat } from '../state/expect-value.ts';
import { expectDetectionNames, requireShare } from './check-options.ts';
import type { CocoCategory } from './coco-types.ts';
import { compareAll, type ImageComparison } from './compare-all.ts';
import type { DetectionImage } from './detection-evaluator.ts';
import type { DetectionOptions } from './options.ts';
import { type DetectionParameters, decideParameters } from './parameters.ts';

/** Categories to tell apart, and what overlap and score make a detection of an object. */
export type ConfusionOptions = DetectionOptions & {
  categories: readonly CocoCategory[];
  /** Overlap from which a detection is of an object, 0.5 if absent. */
  iouThreshold?: number;
  /** Score from which a detection counts, 0.5 if absent. */
  scoreThreshold?: number;
};

/** counts is [K + 1, K + 1]: rows predicted, columns ground truth, the last of both is background. */
export type DetectionConfusion = { categories: CocoCategory[]; counts: Float64Array };

/**
 * Confusion matrix of categories. Detections choose objects by falling score, of any category, the one they overlap
 * most; those left over are of background, and objects left over were taken for it. Crowds excuse what lies on them.
 */
export class DetectionConfusionMatrix {
  readonly #parameters: DetectionParameters;
  readonly #iouThreshold: number;
  readonly #scoreThreshold: number;
  readonly #counts: Float64Array;

  constructor(options: ConfusionOptions) {
    expectDetectionNames('DetectionConfusionMatrix', options, ['categories', 'iouThreshold', 'scoreThreshold']);
    this.#parameters = decideParameters(options.categories, { ...options, useCategories: true });
    requireShare('iouThreshold', options.iouThreshold);
    const { scoreThreshold } = options;
    expectThat(Number.isFinite(scoreThreshold ?? 0), 'scoreThreshold', 'a finite number', scoreThreshold);
    this.#iouThreshold = options.iouThreshold ?? 0.5;
    this.#scoreThreshold = options.scoreThreshold ?? 0.5;
    this.#counts = new Float64Array((this.#parameters.categories.length + 1) ** 2);
  }

  /** Counts one image. @throws where DetectionEvaluator.add would */
  add(image: DetectionImage): void {
    const compared = compareAll(image, this.#parameters);
    const background = this.#parameters.categories.length;
    const taken = new Uint8Array(compared.truths.length);
    compared.detected.forEach(({ score }, d) => {
      if (!(score >= this.#scoreThreshold)) return;
      const g = this.#best(compared, d, taken);
      if (g === -1) this.#count(compared.detectedCategories[d], background);
      else if (!compared.truths[g].isIgnored) {
        taken[g] = 1;
        this.#count(compared.detectedCategories[d], compared.truthCategories[g]);
      }
    });
    compared.truths.forEach(({ isIgnored }, g) => {
      if (!isIgnored && taken[g] === 0) this.#count(background, compared.truthCategories[g]);
    });
  }

  /** The free object overlapped most, or else an ignored one, or −1. */
  #best({ truths, ious }: ImageComparison, d: number, taken: Uint8Array): number {
    let [best, overlap] = [-1, 0];
    for (let g = 0; g < truths.length; g++) {
      const iou = ious[d * truths.length + g];
      if (taken[g] === 1 || !(iou >= this.#iouThreshold)) continue;
      const sameKind = best !== -1 && truths[best].isIgnored === truths[g].isIgnored;
      if (sameKind ? iou > overlap : best === -1 || truths[best].isIgnored) [best, overlap] = [g, iou];
    }
    return best;
  }

  #count(predicted: number, truth: number): void {
    this.#counts[predicted * (this.#parameters.categories.length + 1) + truth]++;
  }

  /** The counts of all images so far, a copy. */
  result(): DetectionConfusion {
    return { categories: this.#parameters.categories, counts: this.#counts.slice() };
  }
}
