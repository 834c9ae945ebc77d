import { KerasConvNorm } from '@seg/attention';
import { resizeBilinear, runSteps, type Scope, type Size, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Sum of maps of several strides: the first is projected to the others' channels, by a strided convolution where it has
 * twice their resolution and with a resize elsewhere. Wang et al. 2021 (MaX-DeepLab), section 3.3.
 */
export class ResizedFuse {
  readonly scope: Scope;
  readonly projection: KerasConvNorm;
  readonly halves: boolean;

  /** @param halves The first map has twice the resolution of the others */
  constructor(scope: Scope, { inDim, outDim, halves }: { inDim: number; outDim: number; halves: boolean }) {
    this.scope = scope;
    this.halves = halves;
    const name = halves ? '_strided_conv_bn1' : '_resized_conv_bn1';
    this.projection = new KerasConvNorm(scope.at(name), { inDim, outDim, kernel: 1, stride: halves ? 2 : 1 });
  }

  /**
   * @param current [B, h, w, in] not activated
   * @param others [B, H, W, out] each, not activated
   * @returns [B, H, W, out] not activated
   */
  forward(current: tf.Tensor4D, others: readonly tf.Tensor4D[]): tf.Tensor4D {
    return runSteps(this.forwardSteps(current, others));
  }

  /** {@link forward} in bands of rows where it is large. */
  forwardSteps(current: tf.Tensor4D, others: readonly tf.Tensor4D[]): Steps<tf.Tensor4D> {
    return tidySteps(this.fused(current, others));
  }

  private *fused(current: tf.Tensor4D, others: readonly tf.Tensor4D[]): Steps<tf.Tensor4D> {
    const [, height, width] = others[0].shape;
    const size: Size = [height, width];
    const projected = yield* this.projection.forwardSteps(tf.relu(current));
    yield;
    const resized = this.halves ? projected : resizeBilinear(projected, size, { alignCorners: true });
    return this.scope.tap(tf.addN([resized, ...others]));
  }
}
