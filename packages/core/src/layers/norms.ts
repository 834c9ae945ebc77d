import { expectOptions, expectValue } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectDivisor } from '../expect-options.ts';
import { groupNorm, groupNormThen, groupNormThenSteps } from '../kernels/group-norm/group-norm.ts';
import { A_DIM, AN_ACTIVATION, AN_EPSILON } from '../kernels/layer-checks.ts';
import { layerNorm } from '../kernels/layer-norm/layer-norm.ts';
import type { Activation } from '../kernels/linear/types.ts';
import { joinsLinearNorm, linearNorm } from '../kernels/linear-norm/linear-norm.ts';
import { mayFuse } from '../kernels/may-fuse.ts';
import { sumNorm, sumNormAnd } from '../kernels/sum-norm/sum-norm.ts';
import { ones, zeros } from '../params/init.ts';
import type { Scope } from '../params/param-store.ts';
import { runSteps, type Steps } from '../steps.ts';
import type { Linear } from './linear.ts';

/** Branch of a transformer, but for the linear layer that it ends in. */
export type LinearBranch<T extends tf.Tensor> = {
  /** [..., in] */
  hidden: T;
  last: Linear;
  /** Follows the layer in training. Default: nothing */
  drop?: (branch: T) => T;
};

/** Layer normalization of the last axis. Ba et al. 2016, eq. 4. */
export class LayerNorm {
  readonly scope: Scope;
  readonly gain: tf.Variable<tf.Rank.R1>; // [C]
  readonly bias: tf.Variable<tf.Rank.R1>; // [C]
  readonly epsilon: number;

  constructor(scope: Scope, config: { dim: number; epsilon?: number }) {
    expectOptions('LayerNorm', config, { dim: A_DIM, epsilon: AN_EPSILON });
    expectValue('LayerNorm', 'dim', config?.dim, A_DIM);
    const { dim, epsilon = 1e-5 } = config;
    this.scope = scope;
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

  /**
   * {@link forwardSum} of a stream and a branch that ends in a linear layer.
   *
   * @param x [..., C]
   */
  forwardSumOf<T extends tf.Tensor>(x: T, branch: LinearBranch<T>): T {
    return this.joined(x, branch)[0]!;
  }

  /** {@link forwardSumOf} in steps, to the same bytes: where there are many rows, some after the others. */
  *forwardSumOfSteps<T extends tf.Tensor>(x: T, branch: LinearBranch<T>): Steps<T> {
    if (mayFuse()) return this.forwardSumOf(x, branch);
    const made = yield* branch.last.forwardSteps(branch.hidden);
    return this.forwardSum(x, branch.drop?.(made) ?? made);
  }

  /** {@link forwardSumOf}, and what another norm makes of it. */
  forwardSumThen<T extends tf.Tensor>(x: T, branch: LinearBranch<T>, next: LayerNorm): [normed: T, next: T] {
    return this.joined(x, branch, next) as [T, T];
  }

  private joined<T extends tf.Tensor>(x: T, { hidden, last, drop }: LinearBranch<T>, next?: LayerNorm): T[] {
    const { gain, bias, epsilon } = this;
    if (drop !== undefined || last.bias === undefined || !joinsLinearNorm(hidden, last.weight)) {
      const made = last.forward(hidden);
      return sumNormAnd<T>({ x, branch: drop?.(made) ?? made, gain, bias }, epsilon, { next });
    }
    const [vectors] = this.scope.derive(`behind ${last.scope.path}`, () => [tf.stack([last.bias!, gain, bias])]);
    const [nextVectors] = next ? next.scope.derive('both', () => [tf.stack([next.gain, next.bias])]) : [];
    const inputs = { x: hidden, weight: last.weight, residual: x, vectors, nextVectors };
    return linearNorm<T>(inputs, { epsilon, nextEpsilon: next?.epsilon });
  }
}

/** Group normalization of NHWC maps. Wu & He 2018, eq. 7. */
export class GroupNorm {
  readonly gain: tf.Variable<tf.Rank.R1>; // [C]
  readonly bias: tf.Variable<tf.Rank.R1>; // [C]
  readonly groups: number;
  readonly epsilon: number;

  constructor(scope: Scope, config: { dim: number; groups?: number; epsilon?: number }) {
    expectOptions('GroupNorm', config, { dim: A_DIM, groups: A_DIM, epsilon: AN_EPSILON });
    expectValue('GroupNorm', 'dim', config?.dim, A_DIM);
    const { dim, groups = 32, epsilon = 1e-5 } = config;
    expectDivisor('GroupNorm', 'groups', dim, groups);
    this.gain = scope.param('weight', [dim], ones);
    this.bias = scope.param('bias', [dim], zeros);
    this.groups = groups;
    this.epsilon = epsilon;
  }

  /** @param x [B, H, W, C] */
  forward(x: tf.Tensor4D, activation: Activation = 'linear'): tf.Tensor4D {
    expectValue('GroupNorm', 'activation', activation, AN_ACTIVATION);
    const { gain, bias, groups, epsilon } = this;
    if (activation === 'linear') return groupNorm(x, gain, bias, { groups, epsilon });
    return groupNormThen({ x, gain, bias }, { groups, epsilon, activation });
  }

  /** Adds a coarser map behind the norm, resized. @param x [B, H, W, C] @param coarser [B, h, w, C] */
  forwardSum(x: tf.Tensor4D, coarser: tf.Tensor4D, resize: 'bilinear' | 'nearest'): tf.Tensor4D {
    return tf.tidy(() => runSteps(this.forwardSumSteps(x, coarser, resize)));
  }

  /** {@link forwardSum} in steps. */
  forwardSumSteps(x: tf.Tensor4D, coarser: tf.Tensor4D, resize: 'bilinear' | 'nearest'): Steps<tf.Tensor4D> {
    const { gain, bias, groups, epsilon } = this;
    return groupNormThenSteps({ x, gain, bias, coarser }, { groups, epsilon, activation: 'linear', resize });
  }
}
