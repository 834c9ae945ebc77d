import * as tf from '@tensorflow/tfjs-core';

import { sumRows } from '../kernels/sum-rows/sum-rows.ts';
import { ones, zeros } from '../params/init.ts';
import type { Scope } from '../params/param-store.ts';
import { rankMean } from '../params/rank-mean.ts';

/** Channels and constants of a batch norm. */
export type BatchNormConfig = {
  dim: number;
  /** Default: 1e-5. */
  epsilon?: number;
  /**
   * `frozen`: running statistics in training too, as detectron2's FrozenBatchNorm and its published recipes.
   * `batch`: statistics of the batch in training, and running ones follow them. Default: frozen.
   */
  mode?: 'frozen' | 'batch';
  /** Weight of the newest batch in the running statistics. Default: 0.1. */
  momentum?: number;
};

/** Batch normalization of the last axis: gain · (x − mean) / √(variance + ε) + bias. Ioffe & Szegedy 2015, alg. 1, 2. */
export class BatchNorm {
  readonly scope: Scope;
  readonly gain: tf.Variable<tf.Rank.R1>; // [C]
  readonly bias: tf.Variable<tf.Rank.R1>; // [C]
  readonly mean: tf.Variable<tf.Rank.R1>; // [C]
  readonly variance: tf.Variable<tf.Rank.R1>; // [C]
  readonly config: Required<BatchNormConfig>;

  constructor(scope: Scope, { dim, epsilon = 1e-5, mode = 'frozen', momentum = 0.1 }: BatchNormConfig) {
    this.scope = scope;
    this.config = { dim, epsilon, mode, momentum };
    this.gain = scope.param('weight', [dim], ones);
    this.bias = scope.param('bias', [dim], zeros);
    this.mean = scope.param('running_mean', [dim], zeros, { trainable: false });
    this.variance = scope.param('running_var', [dim], ones, { trainable: false });
  }

  /** @param x [..., C] */
  forward<T extends tf.Tensor>(x: T): T {
    if (this.scope.training && this.config.mode === 'batch') return this.normalizeBatch(x);
    return tf.tidy(() => {
      const { scale, shift } = this.affine();
      return tf.add<T>(tf.mul(x, scale), shift);
    });
  }

  /** The running statistics as x · scale + shift: what can be folded into the convolution before. */
  affine(): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
    const scale = tf.mul<tf.Tensor1D>(this.gain, tf.rsqrt(tf.add(this.variance, this.config.epsilon)));
    return { scale, shift: tf.sub<tf.Tensor1D>(this.bias, tf.mul(this.mean, scale)) };
  }

  private normalizeBatch<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => {
      const rows = tf.reshape(x, [-1, this.config.dim]) as tf.Tensor2D;
      const means = (columns: tf.Tensor2D) => rankMean(this.scope, columnMeans(columns));
      const { mean, variance } = columnMoments(rows, means);
      this.follow(mean, variance, rows.shape[0] * (this.scope.store.ranks?.size ?? 1));
      return tf.reshape(normalizeColumns(rows, this.gain, this.bias, this.config.epsilon, means), x.shape) as T;
    });
  }

  /** Running variance takes the unbiased estimate, as PyTorch's does. */
  private follow(mean: tf.Tensor, variance: tf.Tensor, count: number): void {
    const { momentum } = this.config;
    const unbiased = tf.mul(variance, count / Math.max(1, count - 1));
    moveTowards(this.mean, mean, momentum);
    moveTowards(this.variance, unbiased, momentum);
  }
}

function moveTowards(running: tf.Variable, newest: tf.Tensor, momentum: number): void {
  running.assign(tf.add(tf.mul(running, 1 - momentum), tf.mul(newest, momentum)));
}

/** Means of columns over the rows of all processes. */
type ColumnMeans = (rows: tf.Tensor2D) => tf.Tensor1D;

/** Mean and biased variance of every column of [M, C]. @returns both [C] */
function columnMoments(rows: tf.Tensor2D, means: ColumnMeans): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const mean = means(rows);
  return { mean, variance: means(tf.square(tf.sub(rows, mean))) };
}

function columnMeans(rows: tf.Tensor2D): tf.Tensor1D {
  return tf.div(sumRows(rows, rows.shape[1]), rows.shape[0]);
}

/** Normalizes every column by its own moments, with the gradient of Ioffe & Szegedy 2015, section 3. */
function normalizeColumns(
  rows: tf.Tensor2D,
  gain: tf.Tensor,
  bias: tf.Tensor,
  epsilon: number,
  means: ColumnMeans,
): tf.Tensor2D {
  const normalize = tf.customGrad((...inputs) => {
    const [x, gamma, beta] = inputs as unknown as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
    const save = inputs.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    const { mean, variance } = columnMoments(x, means);
    const inverse = tf.rsqrt(tf.add(variance, epsilon)); // [C]
    const normalized = tf.mul<tf.Tensor2D>(tf.sub(x, mean), inverse);
    save([normalized, inverse, gamma]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [y, scale, weight] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
      const projection = tf.mul<tf.Tensor2D>(dy, y);
      const centered = tf.sub(tf.sub(dy, means(dy as tf.Tensor2D)), tf.mul(y, means(projection)));
      const ofParameter = (values: tf.Tensor) => tf.mul(columnMeans(values as tf.Tensor2D), y.shape[0]); // of this process
      return [tf.mul(centered, tf.mul(scale, weight)), ofParameter(projection), ofParameter(dy)];
    };
    return { value: tf.add(tf.mul(normalized, gamma), beta), gradFunc };
  });
  return normalize(rows, gain, bias) as tf.Tensor2D;
}
