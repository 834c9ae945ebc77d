import * as tf from '@tensorflow/tfjs-core';

import type { Scope } from '../params/param-store.ts';
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

  /**
   * @param x [B, H, W, in]
   * @param added [B, H', W', out], added before the activation
   * @returns [B, H', W', out]
   */
  forward(x: tf.Tensor4D, activation: ActivationName = 'linear', added?: tf.Tensor4D): tf.Tensor4D {
    if (activation !== 'linear' && activation !== 'relu') {
      return tf.tidy(() => activate(this.forward(x, 'linear', added), activation));
    }
    if (this.scope.training) {
      return tf.tidy(() => {
        const normalized = this.norm.forward(this.conv.forward(x));
        const sum = added === undefined ? normalized : tf.add<tf.Tensor4D>(normalized, added);
        return activation === 'relu' ? tf.relu(sum) : sum;
      });
    }
    const { filter, ...folded } = foldNorm(this.scope, this.conv.filter, () => this.affine());
    return this.conv.apply(x, filter, { ...folded, added, activation });
  }

  private affine(): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
    const { scale, shift } = this.norm.affine();
    const { bias } = this.conv;
    return { scale, shift: bias === undefined ? shift : tf.add<tf.Tensor1D>(tf.mul(bias, scale), shift) };
  }
}
