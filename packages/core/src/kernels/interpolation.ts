import * as tf from '@tensorflow/tfjs-core';

/**
 * Where sample i of n' lies among n source samples: at half-pixel centers (i + ½)·n/n' − ½, with the corners of both
 * on each other i·(n − 1)/(n' − 1), or counted from the origin i·n/n'.
 */
export type Centers = 'half-pixel' | 'corners' | 'origin';

/** The matrix [to, from] of a one-dimensional resize, row-major. */
export class ResizeWeights {
  readonly to: number;
  readonly from: number;
  readonly values: Float32Array;

  constructor(to: number, from: number) {
    this.to = to;
    this.from = from;
    this.values = new Float32Array(to * from);
  }

  add(row: number, column: number, weight: number): void {
    this.values[row * this.from + column] += weight;
  }

  transposed(): ResizeWeights {
    const result = new ResizeWeights(this.from, this.to);
    for (let row = 0; row < this.to; row++) {
      for (let column = 0; column < this.from; column++) {
        result.values[column * this.to + row] = this.values[row * this.from + column];
      }
    }
    return result;
  }

  tensor(): tf.Tensor2D {
    return tf.tensor2d(this.values, [this.to, this.from]);
  }
}

/** Rows blend two neighboring samples, by nearness. */
export function bilinearWeights(from: number, to: number, centers: Centers): ResizeWeights {
  const weights = new ResizeWeights(to, from);
  const scale = scaleOf(from, to, centers);
  for (let i = 0; i < to; i++) {
    const center = centers === 'half-pixel' ? Math.max(0, scale * (i + 0.5) - 0.5) : scale * i;
    const low = Math.min(Math.floor(center), from - 1);
    const high = Math.min(low + 1, from - 1);
    const blend = center - low;
    weights.add(i, low, 1 - blend);
    weights.add(i, high, blend);
  }
  return weights;
}

/** Rows pick one sample. Rounds as the kernels do, in single precision. */
export function nearestWeights(from: number, to: number, centers: Centers): ResizeWeights {
  const weights = new ResizeWeights(to, from);
  const scale = Math.fround(scaleOf(from, to, centers));
  for (let i = 0; i < to; i++) {
    const position = Math.fround(scale * (centers === 'half-pixel' ? i + 0.5 : i));
    const nearest = centers === 'corners' ? Math.round(position) : Math.floor(position);
    weights.add(i, Math.max(0, Math.min(nearest, from - 1)), 1);
  }
  return weights;
}

function scaleOf(from: number, to: number, centers: Centers): number {
  return centers === 'corners' && to > 1 ? (from - 1) / (to - 1) : from / to;
}
