import type * as tf from '@tensorflow/tfjs-core';

import { groupNorm } from '../kernels/group-norm/group-norm.ts';
import { layerNorm } from '../kernels/layer-norm/layer-norm.ts';
import { sumNorm, sumNormAnd } from '../kernels/sum-norm/sum-norm.ts';
import { ones, zeros } from '../params/init.ts';
import type { Scope } from '../params/param-store.ts';

/** Layer normalization of the last axis. Ba et al. 2016, eq. 4. */
export class LayerNorm {
  readonly gain: tf.Variable<tf.Rank.R1>; // [C]
  readonly bias: tf.Variable<tf.Rank.R1>; // [C]
  readonly epsilon: number;

  constructor(scope: Scope, { dim, epsilon = 1e-5 }: { dim: number; epsilon?: number }) {
    this.gain = scope.param('weight', [dim], ones);
    this.bias = scope.param('bias', [dim], zeros);
    this.epsilon = epsilon;
  }

  /** @param x [..., C] */
  forward<T extends tf.Tensor>(x: T): T {
    return layerNorm(x, this.gain, this.bias, this.epsilon);
  }

  /** Normalizes the sum of a stream and a branch of it. @param x [..., C] @param branch The same shape */
  forwardSum<T extends tf.Tensor>(x: T, branch: T): T {
    const { gain, bias } = this;
    return sumNorm({ x, branch, gain, bias }, this.epsilon);
  }

  /** {@link forwardSum}, and the same with a position. @param position [N, C] beside x of [B, N, C] */
  forwardSumWith<T extends tf.Tensor>(x: T, branch: T, position: tf.Tensor): [normed: T, positioned: T] {
    const { gain, bias } = this;
    return sumNormAnd({ x, branch, gain, bias }, this.epsilon, { position }) as [T, T];
  }

  /** {@link forwardSum}, and what another norm makes of it. */
  forwardSumThen<T extends tf.Tensor>(x: T, branch: T, next: LayerNorm): [normed: T, next: T] {
    const { gain, bias } = this;
    return sumNormAnd({ x, branch, gain, bias }, this.epsilon, { next }) as [T, T];
  }
}

/** Group normalization of NHWC maps. Wu & He 2018, eq. 7. */
export class GroupNorm {
  readonly gain: tf.Variable<tf.Rank.R1>; // [C]
  readonly bias: tf.Variable<tf.Rank.R1>; // [C]
  readonly groups: number;
  readonly epsilon: number;

  constructor(scope: Scope, { dim, groups = 32, epsilon = 1e-5 }: { dim: number; groups?: number; epsilon?: number }) {
    this.gain = scope.param('weight', [dim], ones);
    this.bias = scope.param('bias', [dim], zeros);
    this.groups = groups;
    this.epsilon = epsilon;
  }

  /** @param x [B, H, W, C] */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    const { groups, epsilon } = this;
    return groupNorm(x, this.gain, this.bias, { groups, epsilon });
  }
}
