import * as tf from '@tensorflow/tfjs-core';

import { joinedFrozenNorm } from '../kernels/frozen-norm/brought.ts';
import { mayAddInConvolution, mayFuse } from '../kernels/may-fuse.ts';
import { summedConv } from '../kernels/summed-conv/summed-conv.ts';
import type { Scope } from '../params/param-store.ts';
import { runSteps, type Steps, tidySteps } from '../steps.ts';
import { type ActivationName, activate } from './activation.ts';
import type { BatchNorm } from './batch-norm.ts';
import type { Conv2d } from './conv2d.ts';
import { foldNorm } from './folded-norm.ts';

/**
 * A convolution and the batch norm behind it. In inference the two are one convolution: W' = W · scale,
 * b' = b · scale + shift.
 */
export class ConvNorm {
  readonly scope: Scope;
  readonly conv: Conv2d;
  readonly norm: BatchNorm;

  /** @param scope Names the pair; the two parts declare their own keys. */
  constructor(scope: Scope, conv: Conv2d, norm: BatchNorm) {
    this.scope = scope;
    this.conv = conv;
    this.norm = norm;
  }

  /** @param x [B, H, W, in] @returns [B, H', W', out] */
  forward(x: tf.Tensor4D, activation: ActivationName = 'linear'): tf.Tensor4D {
    if (!isWithin(activation)) return tf.tidy(() => activate(this.forward(x), activation));
    if (this.scope.training) {
      return tf.tidy(() => {
        if (this.foldsInTraining(x)) {
          const { scale, shift } = this.affine();
          return this.conv.apply(x, tf.mul(this.conv.filter, scale), { bias: shift, activation });
        }
        const normalized = this.norm.forward(this.conv.forward(x));
        return activation === 'relu' ? tf.relu(normalized) : normalized;
      });
    }
    const { filter, ...folded } = foldNorm(this.scope, this.conv.filter, () => this.affine());
    return this.conv.apply(x, filter, { ...folded, activation });
  }

  /** {@link forward} in bands of rows where it is large. */
  *forwardSteps(x: tf.Tensor4D, activation: ActivationName = 'linear'): Steps<tf.Tensor4D> {
    if (this.scope.training || !isWithin(activation)) return this.forward(x, activation);
    const { filter, ...folded } = foldNorm(this.scope, this.conv.filter, () => this.affine());
    return yield* this.conv.applySteps(x, filter, { ...folded, activation });
  }

  /**
   * Adds a residual before the activation.
   *
   * @param x [B, H, W, in]
   * @param residual [B, H', W', out]
   * @returns [B, H', W', out]
   */
  forwardSum(x: tf.Tensor4D, residual: tf.Tensor4D, activation: ActivationName): tf.Tensor4D {
    return runSteps(this.forwardSumSteps(x, residual, activation));
  }

  /** {@link forwardSum} in bands of rows where it is large. */
  forwardSumSteps(x: tf.Tensor4D, residual: tf.Tensor4D, activation: ActivationName): Steps<tf.Tensor4D> {
    return tidySteps(this.summed(x, residual, activation));
  }

  private *summed(x: tf.Tensor4D, residual: tf.Tensor4D, activation: ActivationName): Steps<tf.Tensor4D> {
    const isFused = !this.scope.training && (mayFuse() || mayAddInConvolution());
    if (!isFused || !isWithin(activation)) {
      return activate(tf.add<tf.Tensor4D>(yield* this.forwardSteps(x), residual), activation);
    }
    const { filter, ...folded } = foldNorm(this.scope, this.conv.filter, () => this.affine());
    return yield* this.conv.applySteps(x, filter, { ...folded, added: residual, activation });
  }

  /**
   * {@link forwardSumSteps} of what another convolution makes of a map.
   *
   * @param x [B, H, W, in]
   * @param skipped [B, H', W', in']
   */
  forwardBesideSteps(
    x: tf.Tensor4D,
    skipped: tf.Tensor4D,
    shortcut: ConvNorm,
    activation: ActivationName,
  ): Steps<tf.Tensor4D> {
    return tidySteps(this.summedBeside(x, skipped, shortcut, activation));
  }

  private *summedBeside(
    x: tf.Tensor4D,
    skipped: tf.Tensor4D,
    shortcut: ConvNorm,
    activation: ActivationName,
  ): Steps<tf.Tensor4D> {
    const arePixels = this.conv.seesPixels && this.conv.config.stride === 1 && shortcut.conv.seesPixels;
    if (this.scope.training || !mayFuse() || !arePixels || !isWithin(activation)) {
      const residual = yield* shortcut.forwardSteps(skipped);
      yield;
      return yield* this.summed(x, residual, activation);
    }
    const own = foldNorm(this.scope, this.conv.filter, () => this.affine());
    const other = foldNorm(shortcut.scope, shortcut.conv.filter, () => shortcut.affine());
    const [bias] = this.scope.derive('both', () => [tf.add(own.bias, other.bias)]);
    const { stride } = shortcut.conv.config;
    const inputs = { x, filter: own.filter, skipped, shortcut: other.filter, bias };
    return summedConv(inputs, { strides: [stride, stride], activation });
  }

  /**
   * True where the gradients of a folded norm are cheaper than those of the norm: behind a map that is larger than the filter. What
   * the convolution gives is not kept then.
   */
  private foldsInTraining({ size, shape }: tf.Tensor4D): boolean {
    const { filter, config } = this.conv;
    const mapSize = ((size / shape[3]) * filter.shape[3]) / config.stride ** 2; // but for borders
    return joinedFrozenNorm() !== undefined && this.norm.isFrozen && mapSize > filter.size;
  }

  private affine(): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
    const { scale, shift } = this.norm.affine();
    const { bias } = this.conv;
    return { scale, shift: bias === undefined ? shift : tf.add<tf.Tensor1D>(tf.mul(bias, scale), shift) };
  }
}

/** Tells an activation that a convolution takes in. */
function isWithin(activation: ActivationName): activation is 'linear' | 'relu' {
  return activation === 'linear' || activation === 'relu';
}
