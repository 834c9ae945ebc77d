import type { CategoryLedger } from './ledger.ts';
import type { DetectionParameters } from './parameters.ts';

/** Curves of every category, area and limit, as pycocotools lays them out; −1 where there is nothing to find. */
export type DetectionResult = {
  parameters: DetectionParameters;
  shape: [T: number, R: number, K: number, A: number, M: number];
  /** [T, R, K, A, M] precision at each recall, made monotone */
  precision: Float64Array;
  /** [T, K, A, M] recall reached */
  recall: Float64Array;
  /** [T, R, K, A, M] score at each recall */
  scores: Float64Array;
  images: number;
  detections: number;
};

/** numpy's spacing(1), which keeps a precision of 0/0 from being NaN, and one of 1/1 from being 1. */
const EPSILON = 2 ** -52;

/**
 * Precision and recall over all images, after pycocotools' accumulate.
 *
 * @param ledgers [K]
 * @param imageOrder for each image number its place among all: equal scores stay in this order
 */
export function accumulate(
  parameters: DetectionParameters,
  ledgers: readonly CategoryLedger[],
  imageOrder: Int32Array,
): DetectionResult {
  const { iouThresholds, recallThresholds, areaRanges, maxDetections } = parameters;
  const [T, R, K] = [iouThresholds.length, recallThresholds.length, ledgers.length];
  const [A, M] = [areaRanges.length, maxDetections.length];
  const result: DetectionResult = {
    parameters,
    shape: [T, R, K, A, M],
    precision: new Float64Array(T * R * K * A * M).fill(-1),
    recall: new Float64Array(T * K * A * M).fill(-1),
    scores: new Float64Array(T * R * K * A * M).fill(-1),
    images: imageOrder.length,
    detections: ledgers.reduce((sum, ledger) => sum + ledger.size, 0),
  };
  ledgers.forEach((ledger, k) => {
    if (!ledger.seen) return;
    const rows = byFallingScore(ledger, imageOrder);
    for (let a = 0; a < A; a++) {
      if (ledger.positives[a] === 0) continue;
      for (let m = 0; m < M; m++) {
        const counted = new RankedDetections(ledger, rows, a, maxDetections[m], T);
        for (let t = 0; t < T; t++) writeCurve(result, counted, [t, k, a, m], ledger.positives[a]);
      }
    }
  });
  return result;
}

/** Rows by falling score; equal scores by image, then rank; NaN last. */
export function byFallingScore({ size, scores, images, ranks }: CategoryLedger, imageOrder: Int32Array): Uint32Array {
  const rows = new Uint32Array(size);
  for (let row = 0; row < size; row++) rows[row] = row;
  return rows.sort((a, b) => {
    const [x, y] = [scores[a], scores[b]];
    if (x > y) return -1;
    if (x < y) return 1;
    if (x !== y) {
      const nans = Number(Number.isNaN(x)) - Number(Number.isNaN(y));
      if (nans !== 0) return nans;
    }
    return imageOrder[images[a]] - imageOrder[images[b]] || ranks[a] - ranks[b];
  });
}

/** The true positives at each threshold, with the precision reached at each. */
class RankedDetections {
  /** Score of the first detection of all, NaN if there is none. */
  first = Number.NaN;
  count = 0;
  readonly hits: Int32Array; // [T]
  readonly precision: Float64Array[]; // [T][hits]
  readonly scores: Float64Array[]; // [T][hits]

  constructor(ledger: CategoryLedger, rows: Uint32Array, area: number, limit: number, T: number) {
    const words = Math.ceil(T / 32);
    this.hits = new Int32Array(T);
    const misses = new Int32Array(T);
    this.precision = Array.from({ length: T }, () => new Float64Array(rows.length));
    this.scores = Array.from({ length: T }, () => new Float64Array(rows.length));
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (ledger.ranks[row] >= limit) continue;
      if (this.count++ === 0) this.first = ledger.scores[row];
      const at = row * ledger.stride + area * 2 * words;
      for (let word = 0; word < words; word++) {
        this.#add(ledger.bits[at + word], ledger.bits[at + words + word], word * 32, misses, ledger.scores[row]);
      }
    }
  }

  #add(hit: number, miss: number, first: number, misses: Int32Array, score: number): void {
    for (let t = first; miss !== 0; t++, miss >>>= 1) if (miss & 1) misses[t]++;
    for (let t = first; hit !== 0; t++, hit >>>= 1) {
      if ((hit & 1) === 0) continue;
      const n = this.hits[t]++;
      this.precision[t][n] = (n + 1) / (misses[t] + (n + 1) + EPSILON);
      this.scores[t][n] = score;
    }
  }
}

function writeCurve(
  { shape, parameters, precision, recall, scores }: DetectionResult,
  counted: RankedDetections,
  [t, k, a, m]: [t: number, k: number, a: number, m: number],
  positives: number,
): void {
  const [, R, K, A, M] = shape;
  const hits = counted.hits[t];
  const envelope = counted.precision[t];
  for (let n = hits - 1; n > 0; n--) if (envelope[n] > envelope[n - 1]) envelope[n - 1] = envelope[n];
  const inner = (k * A + a) * M + m;
  recall[t * K * A * M + inner] = hits / positives;
  let n = 0; // hits needed
  let beyond = counted.count === 0;
  for (let r = 0; r < R; r++) {
    const at = (t * R + r) * K * A * M + inner;
    const threshold = parameters.recallThresholds[r];
    while (!beyond && n / positives < threshold) beyond = ++n > hits;
    precision[at] = beyond || hits === 0 ? 0 : envelope[Math.max(n, 1) - 1];
    scores[at] = beyond ? 0 : n === 0 ? counted.first : counted.scores[t][n - 1];
  }
}
