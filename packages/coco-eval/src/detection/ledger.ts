/**
 * What all images have said about one category: a row for each detection. Shapes: A areas, W = ⌈T / 32⌉ words, the
 * thresholds packed as bits.
 */
export class CategoryLedger {
  /** Whether any image had an object or a detection of the category. */
  seen = false;
  /** [A] objects that count. */
  readonly positives: Float64Array;
  /** Detections so far. */
  size = 0;
  scores = new Float64Array(16);
  images = new Int32Array(16); // number of the image, in order of adding
  ranks = new Int32Array(16); // place among the detections of its image and category, by falling score
  bits: Uint32Array; // [size, A, 2, W] true positive, then false positive; neither if ignored
  /** ⌈T / 32⌉ */
  readonly words: number;
  readonly stride: number;

  constructor(areas: number, thresholds: number) {
    this.positives = new Float64Array(areas);
    this.words = Math.ceil(thresholds / 32);
    this.stride = areas * 2 * this.words;
    this.bits = new Uint32Array(16 * this.stride);
  }

  /** @returns the row of the new detection; its bits are all zero */
  append(score: number, image: number, rank: number): number {
    if (this.size === this.scores.length) this.#grow(this.size * 2);
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

  /** @throws if the arrays do not fit together */
  restore(state: LedgerState): void {
    this.seen = state.seen;
    this.positives.set(state.positives);
    this.scores = new Float64Array(fromBase64(state.scores));
    this.images = new Int32Array(fromBase64(state.images));
    this.ranks = new Int32Array(fromBase64(state.ranks));
    this.bits = new Uint32Array(fromBase64(state.bits));
    this.size = this.scores.length;
    const { size } = this;
    if (this.images.length !== size || this.ranks.length !== size || this.bits.length !== size * this.stride) {
      throw new RangeError(`DetectionEvaluator.restore: expected ${size} rows in every list, got others`);
    }
    if (size === 0) this.#grow(16);
  }
}

/** Little-endian bytes in base64. */
export type LedgerState = {
  seen: boolean;
  positives: number[];
  scores: string;
  images: string;
  ranks: string;
  bits: string;
};

function copied<T extends { set(source: T): void }>(source: T, target: T): T {
  target.set(source);
  return target;
}

function toBase64(values: Float64Array | Int32Array | Uint32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = '';
  const piece = 3 * 2 ** 12;
  for (let k = 0; k < bytes.length; k += piece) text += btoa(String.fromCharCode(...bytes.subarray(k, k + piece)));
  return text;
}

function fromBase64(text: string): ArrayBuffer {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = binary.charCodeAt(k);
  return bytes.buffer;
}
