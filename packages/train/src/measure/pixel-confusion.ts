import type { Confusion } from './measurement.ts';

/** Counts pixels by the class that was predicted and the true one; the number of classes stands for none. */
export class PixelConfusion {
  private readonly names: readonly string[];
  private readonly counts: Float64Array;

  constructor(names: readonly string[]) {
    this.names = names;
    this.counts = new Float64Array((names.length + 1) ** 2);
  }

  add(predicted: ArrayLike<number>, truth: ArrayLike<number>): void {
    const size = this.names.length + 1;
    for (let i = 0; i < truth.length; i++) this.counts[predicted[i] * size + truth[i]]++;
  }

  result(): Confusion {
    return { labels: [...this.names, 'void'], counts: this.counts };
  }
}
