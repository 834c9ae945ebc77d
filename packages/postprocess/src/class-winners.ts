import { notFinite } from './expect-numbers.ts';

/** Finds the class of the highest score at each pixel. Sees the classes a part at a time; the first of equals wins. */
export class ClassWinners {
  /** [H · W] class + 1 */
  readonly ids: Int32Array;
  private readonly best: Float32Array;
  private readonly total: Float32Array;
  private readonly numClasses: number;

  constructor(pixels: number, numClasses: number) {
    this.ids = new Int32Array(pixels);
    this.best = new Float32Array(pixels).fill(-1);
    this.total = new Float32Array(pixels);
    this.numClasses = numClasses;
  }

  /**
   * @param best [H · W] the highest score among these categories
   * @param which [H · W] which of them has it
   * @param sum [H · W] of their scores
   * @throws RangeError where it is NaN
   */
  enter(
    best: ArrayLike<number>,
    which: ArrayLike<number>,
    sum: ArrayLike<number>,
    categories: readonly number[],
  ): void {
    for (let i = 0; i < this.ids.length; i++) {
      if (Number.isNaN(sum[i])) throw notFinite('semanticMap', 'mask logits');
      this.total[i] += sum[i];
      if (best[i] <= this.best[i]) continue;
      this.best[i] = best[i];
      this.ids[i] = categories[which[i]] + 1;
    }
  }

  /**
   * For each class the mean of its share in all scores, over the pixels it has won: scores may exceed 1, shares not.
   */
  meanShares(): number[] {
    const sums = new Float64Array(this.numClasses);
    const counts = new Int32Array(this.numClasses);
    for (let i = 0; i < this.ids.length; i++) {
      if (this.ids[i] === 0) continue;
      sums[this.ids[i] - 1] += this.total[i] > 0 ? this.best[i] / this.total[i] : 0;
      counts[this.ids[i] - 1]++;
    }
    return Array.from(sums, (sum, category) => sum / Math.max(1, counts[category]));
  }
}
