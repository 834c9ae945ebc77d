import { type LedgerState, readLedger, toBase64 } from './ledger-state.ts';

/**
 * Record of one category over all images: a row for each detection. Shapes: A areas, W = ⌈T / 32⌉ words, the
 * thresholds packed as bits.
 */
export class CategoryLedger {
  /** True if any image had an object or a detection of the category. */
  seen = false;
  /** [A] objects that count. */
  readonly positives: Float64Array;
  /** Detections so far. */
  size = 0;
  scores = new Float64Array(0);
  images = new Int32Array(0); // number of the image, in order of adding
  ranks = new Int32Array(0); // place among the detections of its image and category, by falling score
  bits: Uint32Array; // [size, A, 2, W] true positive, then false positive; neither if ignored
  /** ⌈T / 32⌉ */
  readonly words: number;
  readonly stride: number;
  readonly areas: number;
  readonly thresholds: number;

  constructor(areas: number, thresholds: number) {
    this.areas = areas;
    this.thresholds = thresholds;
    this.positives = new Float64Array(areas);
    this.words = Math.ceil(thresholds / 32);
    this.stride = areas * 2 * this.words;
    this.bits = new Uint32Array(0);
  }

  /** @returns the row of the new detection; its bits are all zero */
  append(score: number, image: number, rank: number): number {
    if (this.size === this.scores.length) this.#grow(Math.max(16, this.size * 2));
    this.scores[this.size] = score;
    this.images[this.size] = image;
    this.ranks[this.size] = rank;
    return this.size++;
  }

  #grow(capacity: number): void {
    this.scores = copied(this.scores, new Float64Array(capacity));
    this.images = copied(this.images, new Int32Array(capacity));
    this.ranks = copied(this.ranks, new Int32Array(capacity));
    this.bits = copied(this.bits, new Uint32Array(capacity * this.stride));
  }

  /** Takes in the rows of another, whose images get numbers from `firstImage` on. */
  merge(other: CategoryLedger, firstImage: number): void {
    this.seen ||= other.seen;
    other.positives.forEach((count, a) => {
      this.positives[a] += count;
    });
    for (let row = 0; row < other.size; row++) {
      const to = this.append(other.scores[row], other.images[row] + firstImage, other.ranks[row]);
      const bits = other.bits.subarray(row * this.stride, (row + 1) * this.stride);
      this.bits.set(bits, to * this.stride);
    }
  }

  /** The rows so far, without the room for more. */
  save(): LedgerState {
    const { size, stride } = this;
    return {
      seen: this.seen,
      positives: [...this.positives],
      scores: toBase64(this.scores.subarray(0, size)),
      images: toBase64(this.images.subarray(0, size)),
      ranks: toBase64(this.ranks.subarray(0, size)),
      bits: toBase64(this.bits.subarray(0, size * stride)),
    };
  }

  /** Takes in what `save` has given. @throws where its lists are none, or do not fit together */
  restore(where: string, state: unknown, images: number): void {
    const { areas, thresholds } = this;
    const { positives, ...lists } = readLedger(where, state, { areas, thresholds, images });
    this.positives.set(positives);
    Object.assign(this, lists);
    this.size = lists.scores.length;
  }
}

function copied<T extends { set(source: T): void }>(source: T, target: T): T {
  target.set(source);
  return target;
}
