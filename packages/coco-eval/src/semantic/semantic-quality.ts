import { numpySum } from '../numeric/numpy-sum.ts';
import { expectNames, expectOneOf } from '../state/expect-options.ts';
import { expectObject, expectThat, isCount, isList } from '../state/expect-value.ts';
import { labelBoundary } from './label-boundary.ts';
import { readSemanticState, requireOptions } from './semantic-state.ts';
import type {
  AbsentClass,
  SemanticImage,
  SemanticQualityOptions,
  SemanticResult,
  SemanticState,
} from './semantic-types.ts';

/** Mean intersection over union of label maps, from a confusion matrix that grows image by image. */
export class SemanticQuality {
  readonly options: SemanticQualityOptions;
  readonly #confusion: Float64Array;
  readonly #boundaryConfusion: Float64Array;
  #images = 0;
  #beyond = 0;

  constructor(options: SemanticQualityOptions) {
    expectNames('SemanticQuality', options, ['classes', 'ignoreLabel', 'boundary']);
    requireOptions('SemanticQuality', options);
    this.options = options;
    this.#confusion = new Float64Array((options.classes + 1) ** 2);
    this.#boundaryConfusion = new Float64Array(options.boundary ? (options.classes + 1) ** 2 : 0);
  }

  /** @throws at a ground-truth label that is neither a class nor ignored, or a predicted one that is no class */
  add(image: SemanticImage): void {
    const { groundTruth, prediction, height, width } = expectObject('SemanticQuality', image) as SemanticImage;
    const { classes, ignoreLabel = 255, boundary = false } = this.options;
    expectThat(isList(groundTruth), 'SemanticQuality: ground truth', 'labels of pixels', groundTruth);
    expectThat(isList(prediction), 'SemanticQuality: prediction', 'labels of pixels', prediction);
    if (groundTruth.length !== prediction.length) {
      throw new RangeError(`SemanticQuality: expected ${groundTruth.length} pixels, got ${prediction.length}`);
    }
    if (boundary && (!isCount(height) || !isCount(width) || height * width !== groundTruth.length)) {
      throw new RangeError(
        `SemanticQuality: expected height and width of ${groundTruth.length} pixels for boundaries, got ${height} x ${width}`,
      );
    }
    requireLabels('ground truth', groundTruth, classes, ignoreLabel);
    requireLabels('prediction', prediction, classes);
    const truth = Uint32Array.from(groundTruth, (label) => (label === ignoreLabel ? classes : label));
    const outlines = boundary && [prediction, truth].map((labels) => labelBoundary(labels, height!, width!));
    count(this.#confusion, prediction, truth, classes + 1);
    this.#images++;
    if (ignoreLabel !== classes) for (let p = 0; p < truth.length; p++) if (groundTruth[p] === classes) this.#beyond++;
    if (outlines) count(this.#boundaryConfusion, outlines[0], outlines[1], classes + 1);
  }

  /** The measures over all images so far, after detectron2's SemSegEvaluator; sums are rounded as numpy's. */
  result(options: { absentClass?: AbsentClass } = {}): SemanticResult {
    expectNames('SemanticQuality.result', options, ['absentClass']);
    const { absentClass = 'leave-out' } = options;
    expectOneOf('SemanticQuality.result', 'absentClass', absentClass, ['leave-out', 'count-as-zero']);
    const { classes, boundary } = this.options;
    const { hits, present, predicted } = margins(this.#confusion, classes);
    const total = numpySum(present);
    const iou = new Float64Array(classes).fill(NaN);
    const accuracy = new Float64Array(classes).fill(NaN);
    const weighted: number[] = [];
    for (let k = 0; k < classes; k++) {
      if (present[k] > 0) accuracy[k] = 100 * (hits[k] / present[k]);
      const union = present[k] + predicted[k] - hits[k];
      if (union === 0 || (present[k] === 0 && absentClass === 'leave-out')) continue;
      iou[k] = hits[k] / union;
      weighted.push(iou[k] * (present[k] / total));
    }
    const counted = iou.filter((value) => !Number.isNaN(value));
    const accuracies = accuracyOf(hits, present);
    return {
      meanIou: 100 * (numpySum(counted) / counted.length),
      frequencyWeightedIou: 100 * numpySum(weighted),
      meanAccuracy: 100 * (numpySum(accuracies) / accuracies.length),
      pixelAccuracy: 100 * (numpySum(hits) / total),
      iou: iou.map((value) => 100 * value),
      accuracy,
      ...(boundary && { boundaryIou: this.#boundaryIou() }),
      confusion: this.#confusion.slice(),
      images: this.#images,
      beyond: this.#beyond,
    };
  }

  #boundaryIou(): Float64Array {
    const { hits, present, predicted } = margins(this.#boundaryConfusion, this.options.classes);
    return hits.map((hit, k) => 100 * (hit / (present[k] + predicted[k] - hit)));
  }

  /** Everything seen so far, which JSON can carry to another process; `restore` and `merge` take it up. */
  save(): SemanticState {
    return {
      kind: 'semantic',
      version: 2,
      options: this.options,
      images: this.#images,
      beyond: this.#beyond,
      confusion: [...this.#confusion],
      boundaryConfusion: [...this.#boundaryConfusion],
    };
  }

  /** Continues from what `save` has given. @throws if it is not that */
  static restore(state: SemanticState): SemanticQuality {
    const { options, confusion, boundaryConfusion, images, beyond } = readSemanticState(
      'SemanticQuality.restore',
      state,
    );
    const quality = new SemanticQuality(options);
    quality.#confusion.set(confusion);
    quality.#boundaryConfusion.set(boundaryConfusion);
    [quality.#images, quality.#beyond] = [images, beyond];
    return quality;
  }

  /** Takes in what another has seen. @throws if it is this one, or their options differ */
  merge(other: SemanticQuality): void {
    const isOther = other instanceof SemanticQuality && other !== this;
    expectThat(isOther, 'SemanticQuality.merge', 'another SemanticQuality', other === this ? 'itself' : other);
    if (JSON.stringify(this.options) !== JSON.stringify(other.options)) {
      throw new RangeError('SemanticQuality.merge: expected equal classes and options, got different ones');
    }
    add(this.#confusion, other.#confusion);
    add(this.#boundaryConfusion, other.#boundaryConfusion);
    this.#images += other.#images;
    this.#beyond += other.#beyond;
  }
}

/** @param ignored A label that may be there though it is no class; a label that is the number of classes may too */
function requireLabels(what: string, labels: ArrayLike<number>, classes: number, ignored?: number): void {
  const last = ignored === undefined ? classes - 1 : classes;
  for (let p = 0; p < labels.length; p++) {
    const label = labels[p];
    if ((label >= 0 && label <= last && (label | 0) === label) || label === ignored) continue;
    throw new RangeError(`SemanticQuality: expected ${what} labels of 0 to ${classes - 1}, got ${label}`);
  }
}

function count(confusion: Float64Array, rows: ArrayLike<number>, columns: ArrayLike<number>, size: number): void {
  for (let p = 0; p < rows.length; p++) confusion[rows[p] * size + columns[p]]++;
}

function add(target: Float64Array, source: Float64Array): void {
  for (let k = 0; k < target.length; k++) target[k] += source[k];
}

/** Diagonal, column sums and row sums of a confusion matrix without its last row and column. */
function margins(confusion: Float64Array, classes: number) {
  const hits = new Float64Array(classes);
  const present = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  for (let row = 0; row < classes; row++) {
    hits[row] = confusion[row * (classes + 1) + row];
    for (let column = 0; column < classes; column++) {
      const pixels = confusion[row * (classes + 1) + column];
      predicted[row] += pixels;
      present[column] += pixels;
    }
  }
  return { hits, present, predicted };
}

function accuracyOf(hits: Float64Array, present: Float64Array): Float64Array {
  return hits.map((hit, k) => hit / present[k]).filter((_, k) => present[k] > 0);
}
