import { expectOptions, expectValue, numberIn, oneOf } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { columnMoments, normalizeColumns } from '../kernels/batch-norm/batch-norm.ts';
import { joinedFrozenNorm } from '../kernels/frozen-norm/brought.ts';
import { A_DIM, AN_EPSILON } from '../kernels/layer-checks.ts';
import { mix } from '../kernels/mix/mix.ts';
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
   * `batch`: statistics of the batch in training, and running ones follow them, unless gain and bias are taken out of training:
   * a norm that does not train is the same map in every step, as in Keras. Default: frozen.
   */
  mode?: 'frozen' | 'batch';
  /** Weight of the newest batch in the running statistics. Default: 0.1. */
  momentum?: number;
};

const CONFIG = {
  dim: A_DIM,
  epsilon: AN_EPSILON,
  mode: oneOf('frozen', 'batch'),
  momentum: numberIn({ least: 0, most: 1 }),
};

/** Batch normalization of the last axis: gain · (x − mean) / √(variance + ε) + bias. Ioffe & Szegedy 2015, alg. 1, 2. */
export class BatchNorm {
  readonly scope: Scope;
  readonly gain: tf.Variable<tf.Rank.R1>; // [C]
  readonly bias: tf.Variable<tf.Rank.R1>; // [C]
  readonly mean: tf.Variable<tf.Rank.R1>; // [C]
  readonly variance: tf.Variable<tf.Rank.R1>; // [C]
  readonly config: Required<BatchNormConfig>;

  constructor(scope: Scope, config: BatchNormConfig) {
    expectOptions('BatchNorm', config, CONFIG);
    expectValue('BatchNorm', 'dim', config?.dim, A_DIM);
    const { dim, epsilon = 1e-5, mode = 'frozen', momentum = 0.1 } = config;
    this.scope = scope;
    this.config = { dim, epsilon, mode, momentum };
    this.gain = scope.param('weight', [dim], ones);
    this.bias = scope.param('bias', [dim], zeros);
    this.mean = scope.param('running_mean', [dim], zeros, { trainable: false });
    this.variance = scope.param('running_var', [dim], ones, { trainable: false });
  }

  /** @param x [..., C] */
  forward<T extends tf.Tensor>(x: T): T {
    if (this.scope.training && !this.isFrozen) return this.normalizeBatch(x);
    const frozenNorm = joinedFrozenNorm();
    if (frozenNorm !== undefined) {
      const { gain, bias, mean, variance, config } = this;
      return frozenNorm({ x, gain, bias, mean, variance }, config.epsilon);
    }
    return tf.tidy(() => {
      const { scale, shift } = this.affine();
      return tf.add<T>(tf.mul(x, scale), shift);
    });
  }

  /** True where it is the same map in every step. */
  get isFrozen(): boolean {
    return this.config.mode === 'frozen' || !(this.gain.trainable || this.bias.trainable);
  }

  /** The running statistics as x · scale + shift: what can be folded into the convolution before. */
  affine(): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
    const scale = tf.mul<tf.Tensor1D>(this.gain, tf.rsqrt(tf.add(this.variance, this.config.epsilon)));
    return { scale, shift: tf.sub<tf.Tensor1D>(this.bias, tf.mul(this.mean, scale)) };
  }

  private normalizeBatch<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => {
      const { gain, bias, scope } = this;
      const rows = tf.reshape(x, [-1, this.config.dim]) as tf.Tensor2D;
      const overRanks = (statistic: tf.Tensor1D) => rankMean(scope, statistic);
      const moments = joinedMoments(columnMoments(rows), overRanks);
      this.follow(moments, rows.shape[0] * (scope.store.ranks?.size ?? 1));
      const { epsilon } = this.config;
      return tf.reshape(normalizeColumns(rows, moments, { gain, bias, epsilon, overRanks }), x.shape) as T;
    });
  }

  /** Running variance takes the unbiased estimate, as PyTorch's does. */
  private follow([mean, variance]: [tf.Tensor1D, tf.Tensor1D], count: number): void {
    if (this.scope.store.repeats) return;
    const { momentum } = this.config;
    this.mean.assign(mix(this.mean, mean, momentum));
    this.variance.assign(mix(this.variance, variance, momentum, count / Math.max(1, count - 1)));
  }
}

/** Moments of the rows of all processes, as many in each, from those of one. */
function joinedMoments(
  [mean, variance]: [tf.Tensor1D, tf.Tensor1D],
  overRanks: (statistic: tf.Tensor1D) => tf.Tensor1D,
): [tf.Tensor1D, tf.Tensor1D] {
  const joined = overRanks(mean);
  if (joined === mean) return [mean, variance];
  return [joined, overRanks(tf.add(variance, tf.square(tf.sub(mean, joined))))];
}
