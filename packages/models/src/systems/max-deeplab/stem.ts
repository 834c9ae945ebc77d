import { KerasConvNorm } from '@seg/attention';
import { type Scope, type Steps, tidySteps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import type { MaxEncoderConfig } from './config.ts';

/** Halves the resolution: one 3×3 convolution, or three as in Inception. Not activated at its end, no pooling. */
export class Stem {
  readonly scope: Scope;
  readonly layers: KerasConvNorm[];
  readonly outDim: number;

  constructor(scope: Scope, { stem, stemDim }: MaxEncoderConfig) {
    const conv = (at: Scope, inDim: number, outDim: number, stride: number) =>
      new KerasConvNorm(at, { inDim, outDim, kernel: 3, stride });
    this.scope = scope;
    this.outDim = stem === 'plain' ? stemDim : 2 * stemDim;
    this.layers =
      stem === 'plain'
        ? [conv(scope, 3, stemDim, 2)]
        : [
            conv(scope.at('_conv1_bn_act'), 3, stemDim, 2),
            conv(scope.at('_conv2_bn_act'), stemDim, stemDim, 1),
            conv(scope.at('_conv3_bn'), stemDim, 2 * stemDim, 1),
          ];
  }

  /** @param pixels [B, H, W, 3] @returns [B, (H + 1) / 2, (W + 1) / 2, outDim] */
  forwardSteps(pixels: tf.Tensor4D): Steps<tf.Tensor4D> {
    return tidySteps(this.layered(pixels));
  }

  private *layered(pixels: tf.Tensor4D): Steps<tf.Tensor4D> {
    let x = pixels;
    for (const layer of this.layers.slice(0, -1)) {
      x = yield* layer.forwardSteps(x, 'relu');
      yield;
    }
    return this.scope.tap(yield* this.layers[this.layers.length - 1].forwardSteps(x));
  }
}
