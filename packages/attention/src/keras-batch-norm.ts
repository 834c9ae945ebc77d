import { init, rankMean, type Scope } from '@seg/core';
import { A_DIM, expectConfig, listOf, numberIn } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';

/** Channels and constants of a batch norm under Keras' keys. */
export type KerasBatchNormConfig = {
  /** Of the parameters. */
  shape: readonly number[];
  /** The same shape as it lies on the right end of the input's, 1 where the input is averaged. Default: `shape`. */
  broadcast?: readonly number[];
  /** First value of the gain; 0 behind residual branches. Default: 1. */
  gain?: number;
};

/** Keras's default. */
const EPSILON = 1e-3;
/** Weight of the newest batch in the running statistics: deeplab2 trains with a momentum of 0.99. */
const NEWEST = 0.01;

const CONFIG = { shape: listOf(A_DIM), broadcast: listOf(A_DIM), gain: numberIn() };

/**
 * Batch normalization under Keras's keys, over any axes: gain · (x − mean) / √(variance + 10⁻³) + bias, where statistics
 * are those of all axes on which the parameters have length 1. Training takes those of the batch, as all published
 * recipes of MaX-DeepLab do, unless gain and bias are taken out of training: such a norm is the same map in every step. Ioffe & Szegedy 2015, alg. 1, 2.
 */
export class KerasBatchNorm {
  readonly scope: Scope;
  readonly broadcast: number[];
  readonly gain: tf.Variable;
  readonly bias: tf.Variable;
  readonly mean: tf.Variable;
  readonly variance: tf.Variable;

  constructor(scope: Scope, config: KerasBatchNormConfig) {
    expectConfig('KerasBatchNorm', config, CONFIG, ['shape']);
    const { shape, broadcast = shape, gain = 1 } = config;
    const held = [...shape];
    this.scope = scope;
    this.broadcast = [...broadcast];
    this.gain = scope.param('gamma', held, init.constant(gain));
    this.bias = scope.param('beta', held, init.zeros);
    this.mean = scope.param('moving_mean', held, init.zeros, { trainable: false });
    this.variance = scope.param('moving_variance', held, init.ones, { trainable: false });
  }

  /** @param x [..., broadcast] */
  forward<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => {
      if (this.scope.training && this.trains) return this.normalizeBatch(x);
      const [scale, shift] = this.scope.derive('affine', () => this.affine());
      return tf.add<T>(tf.mul(x, scale), shift);
    });
  }

  private get trains(): boolean {
    return this.gain.trainable || this.bias.trainable;
  }

  /** The running statistics as x · scale + shift, both of the shape `broadcast`. */
  affine(): [scale: tf.Tensor, shift: tf.Tensor] {
    const scale = tf.mul(this.gain, tf.rsqrt(tf.add(this.variance, EPSILON)));
    const shift = tf.sub(this.bias, tf.mul(this.mean, scale));
    return [tf.reshape(scale, this.broadcast), tf.reshape(shift, this.broadcast)];
  }

  private normalizeBatch<T extends tf.Tensor>(x: T): T {
    const axes = this.averagedAxes(x.rank);
    const mean = rankMean(this.scope, tf.mean(x, axes, true));
    const centered = tf.sub(x, mean);
    const variance = rankMean(this.scope, tf.mean(tf.square(centered), axes, true));
    if (!this.scope.store.repeats) {
      moveTowards(this.mean, mean);
      moveTowards(this.variance, variance);
    }
    const scale = tf.mul(tf.rsqrt(tf.add(variance, EPSILON)), tf.reshape(this.gain, this.broadcast));
    return tf.add<T>(tf.mul(centered, scale), tf.reshape(this.bias, this.broadcast));
  }

  private averagedAxes(rank: number): number[] {
    const leading = rank - this.broadcast.length;
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    return axes.filter((axis) => axis < leading || this.broadcast[axis - leading] === 1);
  }
}

function moveTowards(running: tf.Variable, newest: tf.Tensor): void {
  const value = tf.reshape(newest, running.shape);
  running.assign(tf.add(tf.mul(running, 1 - NEWEST), tf.mul(value, NEWEST)));
}
