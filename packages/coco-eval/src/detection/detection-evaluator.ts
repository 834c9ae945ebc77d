import { expectType } from '../state/expect-options.ts';
import { expectList, expectObject, expectThat, isCount, isId } from '../state/expect-value.ts';
import { accumulate, type DetectionResult } from './accumulate.ts';
import { expectDetectionNames } from './check-options.ts';
import type { CocoAnnotation, CocoCategory, CocoId, CocoImage, CocoResult } from './coco-types.ts';
import { type PrecisionRecallCurve, precisionRecallCurve } from './curves.ts';
import { detectionShape, readDetection, readTruth, type Truth, truthShape } from './image-objects.ts';
import { fallingScores, federated, joined, listed, type Pair } from './image-pairs.ts';
import { CategoryLedger } from './ledger.ts';
import type { LedgerState } from './ledger-state.ts';
import { isThere, thereOf } from './lvis-areas.ts';
import { type Matching, matchImage } from './match-image.ts';
import type { AreaRange, DetectionOptions } from './options.ts';
import { compareIds, type DetectionParameters, decideParameters, isOutside } from './parameters.ts';
import { shapeIou } from './shapes.ts';
import { describeMatches, writeMisses, writeVerdicts } from './verdicts.ts';

/** An image with everything of it. */
export type DetectionImage = {
  image: CocoImage;
  annotations: readonly CocoAnnotation[];
  /** In the order of the results file, by which equal scores are told apart. */
  detections: readonly CocoResult[];
  /** [D] what the matches call each detection; by default a running number. */
  detectionIds?: ArrayLike<number>;
};

/** Matches of one image for one category and area range. Shapes: D detections, G ground truths, T thresholds. */
export type ImageMatches = {
  imageId: CocoId;
  categoryId: CocoId;
  area: AreaRange;
  detectionIds: number[]; // [D] by falling score
  groundTruthIds: number[]; // [G] those that count first
  scores: number[]; // [D]
  detectionMatches: Float64Array; // [T, D] id of the ground truth, 0 for none
  groundTruthMatches: Float64Array; // [T, G] id of the detection, 0 for none
  detectionIgnored: Uint8Array; // [T, D]
  groundTruthIgnored: Uint8Array; // [G]
};

/** Parameters of the evaluation, and the categories of the ground truth, of which `categoryIds` chooses. */
export type DetectionEvaluatorOptions = DetectionOptions & {
  categories: readonly CocoCategory[];
  /** Called with every matching, as it is made; nothing of it is kept. */
  onMatches?: (matches: ImageMatches) => void;
};

/** Everything a DetectionEvaluator has seen, as JSON. */
export type DetectionState = {
  kind: 'detection';
  version: 1;
  parameters: DetectionParameters;
  images: CocoId[];
  ledgers: LedgerState[];
};

/**
 * Average precision of detections, one image at a time: COCO's evaluation (Lin et al. 2014) with the numbers of
 * pycocotools in every bit, or LVIS' (Gupta et al. 2019). What is kept grows with the detections, by about 80 bytes
 * each, and not with masks or images. Images may come in any order, and the states of several evaluators add up to that
 * of one.
 */
export class DetectionEvaluator {
  readonly parameters: DetectionParameters;
  readonly #onMatches: ((matches: ImageMatches) => void) | undefined;
  readonly #categoryIndex: ReadonlyMap<CocoId, number>;
  readonly #images: Map<CocoId, number> = new Map();
  readonly #ledgers: CategoryLedger[];
  #nextId = 1;

  constructor(options: DetectionEvaluatorOptions) {
    expectDetectionNames('DetectionEvaluator', options, ['categories', 'onMatches']);
    expectType('DetectionEvaluator', 'onMatches', options.onMatches, 'function');
    const parameters = decideParameters(options.categories, options);
    this.parameters = parameters;
    this.#onMatches = options.onMatches;
    this.#categoryIndex = new Map(parameters.categoryIds.map((id, k) => [id, k]));
    this.#ledgers = parameters.categories.map(
      () => new CategoryLedger(parameters.areaRanges.length, parameters.iouThresholds.length),
    );
  }

  /** @throws if the image came before, or anything of it cannot be read; the evaluator is then as it was */
  add(input: DetectionImage): void {
    requireImage('DetectionEvaluator', input);
    const { image, annotations, detections, detectionIds } = input;
    if (this.#images.has(image.id))
      throw new RangeError(`DetectionEvaluator: expected image ${image.id} once, got it twice`);
    const pairs = new Map<number, Pair>();
    const there = thereOf(annotations, this.parameters.rules);
    for (const annotation of there) {
      const pair = this.#pairOf(pairs, annotation.category_id, image);
      pair?.truths.push(readTruth(annotation, this.parameters));
    }
    const kept = this.parameters.rules === 'lvis' ? federated(image, there, detections) : detections;
    const places = kept === detections ? undefined : new Map(detections.map((detection, place) => [detection, place]));
    kept.forEach((detection, k) => {
      if (!this.#categoryIndex.has(detection.category_id)) return;
      const place = places?.get(detection) ?? k;
      const id = detectionIds?.[place] ?? this.#nextId + place;
      const truths = pairs.get(this.#categoryIndex.get(detection.category_id)!)?.truths;
      const detected = readDetection(detection, id, this.parameters, Boolean(truths?.length));
      if (!isThere(detected.area, this.parameters.rules)) return;
      this.#pairOf(pairs, detection.category_id, image)?.detected.push(detected);
    });
    const groups = this.parameters.useCategories ? [...pairs] : joined(pairs);
    const evaluated = groups.map(([k, pair]) => [k, pair, this.#overlaps(pair, image)] as const);
    const number = this.#images.size;
    this.#images.set(image.id, number);
    this.#nextId += detections.length;
    for (const [k, pair, ious] of evaluated) this.#record(k, pair, ious, image.id, number);
  }

  #pairOf(pairs: Map<number, Pair>, categoryId: CocoId, image: CocoImage): Pair | undefined {
    const k = this.#categoryIndex.get(categoryId);
    if (k === undefined) return undefined;
    let pair = pairs.get(k);
    if (!pair) {
      const notExhaustive = listed(image, 'not_exhaustive_category_ids').includes(categoryId);
      pairs.set(k, (pair = { truths: [], detected: [], notExhaustive }));
    }
    return pair;
  }

  /** Sorts the detections of the pair, drops those past the limit, and compares the rest. @returns [D, G] */
  #overlaps(pair: Pair, image: CocoImage): Float64Array {
    const { parameters } = this;
    const limit = parameters.rules === 'lvis' ? Infinity : parameters.maxDetections.at(-1)!;
    pair.detected = fallingScores(pair.detected).slice(0, limit);
    const { truths, detected } = pair;
    const ious = new Float64Array(detected.length * truths.length);
    if (ious.length === 0) return ious;
    for (const truth of truths) truth.shape = truthShape(truth, image, parameters);
    let k = 0;
    for (const detection of detected) {
      const shape = detectionShape(detection, image, parameters);
      for (const truth of truths) ious[k++] = shapeIou(parameters.iouType, shape, truth.shape!, truth.isCrowd);
    }
    return ious;
  }

  #record(k: number, pair: Pair, ious: Float64Array, imageId: CocoId, image: number): void {
    const { areaRanges, iouThresholds: thresholds } = this.parameters;
    const ledger = this.#ledgers[k];
    const { truths, detected } = pair;
    ledger.seen = true;
    const firstRow = ledger.size;
    for (let rank = 0; rank < detected.length; rank++) ledger.append(detected[rank].score, image, rank);
    const nothingMatches = detected.length === 0 || truths.length === 0;
    const isCrowd = truths.map((truth) => Number(truth.isCrowd));
    const solved: Matching[] = []; // ranges that ignore the same match the same
    for (let a = 0; a < areaRanges.length; a++) {
      const area = areaRanges[a];
      const isIgnored = ignoredIn(truths, area);
      for (let g = 0; g < isIgnored.length; g++) ledger.positives[a] += 1 - isIgnored[g];
      if (nothingMatches && !this.#onMatches) {
        writeMisses(ledger, firstRow, a, { pair, area }, thresholds.length);
        continue;
      }
      let matching = solvedFor(solved, isIgnored);
      if (!matching) {
        const sizes = { detections: detected.length, groundTruths: truths.length };
        solved.push((matching = matchImage({ ...sizes, ious, isCrowd, isIgnored, thresholds })));
      }
      const matched = { pair, matching, area };
      writeVerdicts(ledger, firstRow, a, matched);
      const categoryId = this.parameters.categories[k].id;
      this.#onMatches?.({ imageId, categoryId, area, ...describeMatches(matched) });
    }
  }

  /** The curves over all images so far. */
  result(): DetectionResult {
    return accumulate(this.parameters, this.#ledgers, this.#imageOrder());
  }

  /**
   * Raw precision, recall and F1 of one category.
   *
   * @param selection Where absent: the lowest IoU threshold, the first area range, the largest limit
   */
  curve(
    categoryId: CocoId,
    selection: { iou?: number; area?: string; maxDetections?: number } = {},
  ): PrecisionRecallCurve {
    const { categories, areaRanges, iouThresholds, maxDetections } = this.parameters;
    const k = categories.findIndex(({ id }) => id === categoryId);
    const area = selection.area === undefined ? 0 : areaRanges.findIndex(({ name }) => name === selection.area);
    const threshold = selection.iou === undefined ? 0 : iouThresholds.indexOf(selection.iou);
    if (k === -1 || area === -1 || threshold === -1) {
      throw new RangeError(
        `DetectionEvaluator.curve: expected an evaluated category, area and IoU, got ${categoryId}, ${selection.area}, ${selection.iou}`,
      );
    }
    const limit = selection.maxDetections ?? maxDetections.at(-1)!;
    expectThat(isCount(limit) && limit > 0, 'DetectionEvaluator.curve', 'maxDetections of 1 or more', limit);
    const chosen = { area, threshold, limit, thresholds: iouThresholds.length };
    return precisionRecallCurve(this.#ledgers[k], this.#imageOrder(), chosen);
  }

  /** For each image, in order of adding, its place by ascending id. */
  #imageOrder(): Int32Array {
    const ids = [...this.#images.keys()];
    const order = new Int32Array(ids.length);
    Array.from(ids.keys())
      .sort((a, b) => compareIds(ids[a], ids[b]))
      .forEach((image, place) => {
        order[image] = place;
      });
    return order;
  }

  /** Everything seen so far, which JSON can carry to another process; `restore` and `merge` take it up. */
  save(): DetectionState {
    return {
      kind: 'detection',
      version: 1,
      parameters: this.parameters,
      images: [...this.#images.keys()],
      ledgers: this.#ledgers.map((ledger) => ledger.save()),
    };
  }

  /** Continues from what `save` has given. @throws if it is not that, or torn */
  static restore(state: DetectionState): DetectionEvaluator {
    const where = 'DetectionEvaluator.restore';
    if (state?.kind !== 'detection' || state.version !== 1) {
      throw new TypeError(`${where}: expected a state of kind detection, version 1, got another`);
    }
    const { categories, imageIds, ...rest } = expectObject(
      `${where}: parameters`,
      state.parameters,
    ) as DetectionParameters;
    const evaluator = new DetectionEvaluator({ ...rest, ...(imageIds !== null && { imageIds }), categories });
    const ledgers = evaluator.#ledgers;
    if (expectList(`${where}: ledgers`, state.ledgers).length !== ledgers.length) {
      throw new RangeError(`${where}: expected ${ledgers.length} categories in the state, got ${state.ledgers.length}`);
    }
    for (const [number, id] of expectList(`${where}: images`, state.images).entries()) {
      const isNew = isId(id) && !evaluator.#images.has(id);
      expectThat(isNew, `${where}: images[${number}]`, 'an id, once', id);
      evaluator.#images.set(id as CocoId, number);
    }
    for (const [k, ledger] of state.ledgers.entries())
      ledgers[k].restore(`${where}: ledgers[${k}]`, ledger, evaluator.#images.size);
    return evaluator;
  }

  /** Takes in what another has seen. @throws if both saw an image, or their parameters differ */
  merge(other: DetectionEvaluator): void {
    expectThat(other instanceof DetectionEvaluator, 'DetectionEvaluator.merge', 'a DetectionEvaluator', other);
    if (JSON.stringify(this.parameters) !== JSON.stringify(other.parameters)) {
      throw new RangeError('DetectionEvaluator.merge: expected equal parameters, got different ones');
    }
    for (const id of other.#images.keys()) {
      if (this.#images.has(id))
        throw new RangeError(`DetectionEvaluator.merge: expected image ${id} once, got it twice`);
    }
    const first = this.#images.size;
    for (const id of other.#images.keys()) this.#images.set(id, this.#images.size);
    for (const [k, ledger] of this.#ledgers.entries()) ledger.merge(other.#ledgers[k], first);
  }
}

/** @throws unless there is an image with an id, and lists of what is in it */
export function requireImage(where: string, input: DetectionImage): void {
  const { image, annotations, detections } = expectObject(where, input);
  const { id } = expectObject(`${where}: image`, image);
  expectThat(isId(id), `${where}: image`, 'an id of a number or text', id);
  expectList(`${where}: annotations`, annotations);
  expectList(`${where}: detections`, detections);
}

const NONE: number[] = [];

/** [G] 1 where a ground truth neither counts for nor against; loops here and below, which run once a pair and area. */
function ignoredIn(truths: readonly Truth[], area: AreaRange): number[] {
  if (truths.length === 0) return NONE;
  const ignored = new Array<number>(truths.length).fill(0);
  for (let g = 0; g < truths.length; g++) if (truths[g].isIgnored || isOutside(truths[g].area, area)) ignored[g] = 1;
  return ignored;
}

function solvedFor(solved: readonly Matching[], isIgnored: readonly number[]): Matching | undefined {
  for (let k = 0; k < solved.length; k++) {
    let g = 0;
    while (g < isIgnored.length && solved[k].isIgnored[g] === isIgnored[g]) g++;
    if (g === isIgnored.length) return solved[k];
  }
  return undefined;
}
