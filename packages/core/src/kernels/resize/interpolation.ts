import * as tf from '@tensorflow/tfjs-core';

/**
 * Position of sample i of n' among n source samples: at half-pixel centers (i + ½)·n/n' − ½, with the corners of both
 * on each other i·(n − 1)/(n' − 1), or counted from the origin i·n/n'.
 */
export type Centers = 'half-pixel' | 'corners' | 'origin';

/** One axis of a resize: each result blends two source samples, `low` and `high`, the latter by its share. */
export class ResizeTable {
  readonly from: number;
  readonly to: number;
  private readonly low: Int32Array;
  private readonly high: Int32Array;
  private readonly share: Float32Array;

  /** @param position Index of the source that result i falls on, possibly between two */
  constructor(from: number, to: number, position: (i: number) => number) {
    this.from = from;
    this.to = to;
    [this.low, this.high, this.share] = [new Int32Array(to), new Int32Array(to), new Float32Array(to)];
    for (let i = 0; i < to; i++) {
      const at = Math.max(0, Math.min(position(i), from - 1));
      this.low[i] = Math.floor(at);
      this.high[i] = Math.min(this.low[i] + 1, from - 1);
      this.share[i] = at - this.low[i];
    }
  }

  /** [to, 3] of low, high, and the share's bits. */
  packed(): Int32Array {
    const bits = new Int32Array(this.share.buffer);
    const rows = Array.from({ length: this.to }, (_, i) => [this.low[i], this.high[i], bits[i]]);
    return Int32Array.from(rows.flat());
  }

  /** [from, to]: the transposed matrix of the resize, which carries gradients back. */
  transposed(): tf.Tensor2D {
    const weights = new Float32Array(this.from * this.to);
    for (let i = 0; i < this.to; i++) {
      weights[this.low[i] * this.to + i] += 1 - this.share[i];
      weights[this.high[i] * this.to + i] += this.share[i];
    }
    return tf.tensor2d(weights, [this.from, this.to]);
  }
}

/** Each result blends its two neighbors by nearness. */
export function bilinearTable(from: number, to: number, centers: Centers): ResizeTable {
  const scale = scaleOf(from, to, centers);
  return new ResizeTable(from, to, (i) => (centers === 'half-pixel' ? scale * (i + 0.5) - 0.5 : scale * i));
}

/** Each result picks one sample. Rounds as the kernels do, in single precision. */
export function nearestTable(from: number, to: number, centers: Centers): ResizeTable {
  const scale = Math.fround(scaleOf(from, to, centers));
  return new ResizeTable(from, to, (i) => {
    const position = Math.fround(scale * (centers === 'half-pixel' ? i + 0.5 : i));
    return centers === 'corners' ? Math.round(position) : Math.floor(position);
  });
}

function scaleOf(from: number, to: number, centers: Centers): number {
  return centers === 'corners' && to > 1 ? (from - 1) / (to - 1) : from / to;
}
