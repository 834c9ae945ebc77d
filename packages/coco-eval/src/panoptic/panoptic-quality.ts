import { expectNames } from '../state/expect-options.ts';
import { expectList, expectObject, expectThat, isCount } from '../state/expect-value.ts';
import { readOptions, readTally, requireMap } from './check-panoptic-input.ts';
import { IdRuns, runsOfIds } from './id-runs.ts';
import { matchSegments, type SegmentMatches } from './match-segments.ts';
import { countPairs } from './pair-counts.ts';
import { boundaryPairs } from './panoptic-boundary.ts';
import type {
  CategoryQuality,
  ImageTally,
  PanopticCategory,
  PanopticImage,
  PanopticMap,
  PanopticQualityOptions,
  PanopticResult,
  PanopticState,
} from './panoptic-types.ts';
import { emptyTallies, qualityOf } from './quality-means.ts';

/** More than there are processors anywhere. */
const MOST_CORES = 2 ** 16;

/**
 * Panoptic quality (Kirillov et al. 2019, §4): PQ = Σ IoU / (TP + ½ FP + ½ FN) = SQ · RQ for each category, then the
 * mean over categories that occur. Takes one image at a time; equal to panopticapi in every bit.
 */
export class PanopticQuality {
  readonly options: PanopticQualityOptions;
  readonly #categories: ReadonlyMap<number, PanopticCategory>;
  #images: Map<number, ImageTally> = new Map(); // by index

  constructor(options: PanopticQualityOptions) {
    expectNames('PanopticQuality', options, ['categories', 'iouType', 'dilationRatio']);
    this.options = options;
    this.#categories = readOptions('PanopticQuality', options);
  }

  /** Adds an image. @returns its matches @throws at ids or categories that do not fit together */
  add(image: PanopticImage): SegmentMatches {
    const { groundTruth: truth, prediction } = image;
    requireMap('ground truth', truth, this.#categories);
    requireMap('prediction', prediction, this.#categories);
    const index = image.index ?? this.#images.size;
    this.#requireNew('PanopticQuality', index);
    const runs = runsOf(truth.ids, prediction.ids);
    const matches = matchSegments(truth.segments, prediction.segments, countPairs(...runs), this.#bandPairs(image));
    this.#images.set(index, {
      index,
      matched: matches.matched.map(({ category }) => category),
      iou: matches.matched.map(({ iou }) => iou),
      falsePositives: matches.falsePositives.map(({ category_id }) => category_id),
      falseNegatives: matches.falseNegatives.map(({ category_id }) => category_id),
    });
    return matches;
  }

  #requireNew(where: string, index: number): void {
    expectThat(isCount(index), where, 'an index of a whole number of 0 or more', index);
    if (this.#images.has(index)) throw new RangeError(`${where}: expected image ${index} once, got it twice`);
  }

  #bandPairs({ groundTruth, prediction, height, width }: PanopticImage) {
    if (this.options.iouType !== 'boundary') return undefined;
    const [truth, predicted] = [groundTruth, prediction].map(({ ids }) => (ids instanceof IdRuns ? ids.toIds() : ids));
    if (!isCount(height) || !isCount(width) || height * width !== truth.length) {
      throw new RangeError(
        `PanopticQuality: expected height and width of ${truth.length} pixels for boundaries, got ${height} x ${width}`,
      );
    }
    const interior = [...this.#categories.keys()].reduce((a, b) => Math.max(a, b), 0) + 1;
    const size = { height, width, interior, dilationRatio: this.options.dilationRatio ?? 0.02 };
    return boundaryPairs(truth, predicted, size);
  }

  /**
   * @param cores In how many contiguous parts the images are summed, each on its own, before the parts are: panopticapi
   * splits by processor cores, which moves the last digit
   */
  result({ cores = 1 }: { cores?: number } = {}): PanopticResult {
    const isCores = isCount(cores) && cores >= 1 && cores <= MOST_CORES;
    expectThat(isCores, 'PanopticQuality.result', `cores of 1 to ${MOST_CORES}`, cores);
    const images = [...this.#images.values()].sort((a, b) => a.index - b.index);
    const tallies = emptyTallies(this.#categories.values());
    for (const part of split(images, cores)) addPart(tallies, part);
    return { ...qualityOf([...tallies.values()]), images: images.length };
  }

  /** Everything seen so far, which JSON can carry to another process; `restore` and `merge` take it up. */
  save(): PanopticState {
    return { kind: 'panoptic', version: 1, options: this.options, images: [...this.#images.values()] };
  }

  /** Continues from what `save` has given. @throws if it is not that */
  static restore(state: PanopticState): PanopticQuality {
    const where = 'PanopticQuality.restore';
    if (state?.kind !== 'panoptic' || state.version !== 1)
      throw new TypeError(`${where}: expected a state of kind panoptic, version 1, got another`);
    const quality = new PanopticQuality(expectObject(`${where}: options`, state.options) as PanopticQualityOptions);
    for (const [k, stored] of expectList(`${where}: images`, state.images).entries()) {
      const tally = readTally(`${where}: images[${k}]`, stored, quality.#categories);
      quality.#requireNew(where, tally.index);
      quality.#images.set(tally.index, tally);
    }
    return quality;
  }

  /** Takes in what another has seen. @throws if both saw an image, or their options differ */
  merge(other: PanopticQuality): void {
    expectThat(other instanceof PanopticQuality, 'PanopticQuality.merge', 'a PanopticQuality', other);
    if (JSON.stringify(this.options) !== JSON.stringify(other.options)) {
      throw new RangeError('PanopticQuality.merge: expected equal categories and options, got different ones');
    }
    for (const index of other.#images.keys()) this.#requireNew('PanopticQuality.merge', index);
    for (const [index, image] of other.#images) this.#images.set(index, image);
  }
}

/** Runs of two maps, as wide as the one that is of runs already. @throws where they differ in their number of pixels */
export function runsOf(truth: PanopticMap['ids'], predicted: PanopticMap['ids']): [IdRuns, IdRuns] {
  const [pixels, others] = [truth, predicted].map((ids) =>
    ids instanceof IdRuns ? ids.width * ids.height : ids.length,
  );
  if (pixels !== others) throw new RangeError(`PanopticQuality: expected ${pixels} pixels, got ${others}`);
  const known = [truth, predicted].find((ids) => ids instanceof IdRuns);
  const [a, b] = [truth, predicted].map((ids) => (ids instanceof IdRuns ? ids : runsOfIds(ids, known?.width)));
  return [a, b];
}

/** Contiguous parts, the first n mod count one longer. */
function split<T>(items: T[], count: number): T[][] {
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  return Array.from({ length: count }, (_, k) => {
    const start = k * size + Math.min(k, longer);
    return items.slice(start, start + size + (k < longer ? 1 : 0));
  });
}

function addPart(tallies: Map<number, CategoryQuality>, images: ImageTally[]): void {
  const sums = new Map<number, number>();
  for (const { matched, iou, falsePositives, falseNegatives } of images) {
    matched.forEach((category, k) => {
      tallies.get(category)!.tp++;
      sums.set(category, (sums.get(category) ?? 0) + iou[k]);
    });
    for (const category of falsePositives) tallies.get(category)!.fp++;
    for (const category of falseNegatives) tallies.get(category)!.fn++;
  }
  for (const [category, sum] of sums) tallies.get(category)!.iou += sum;
}
