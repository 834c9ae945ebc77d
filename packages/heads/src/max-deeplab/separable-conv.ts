import { heNormal, KerasBatchNorm, KerasConvNorm } from '@seg/attention';
import { depthwiseSteps, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of a depthwise and a pointwise convolution. */
export type SeparableConvConfig = { inDim: number; outDim: number };

/** Width of depthwise convolutions in deeplab2's decoders. */
const KERNEL = 5;

/** Depthwise 5×5, batch norm, ReLU, pointwise, batch norm, ReLU: `_depthwise` and `_pointwise` of deeplab2's keys. */
export class SeparableConv {
  readonly scope: Scope;
  readonly filter: tf.Variable<tf.Rank.R4>; // [5, 5, in, 1]
  readonly norm: KerasBatchNorm;
  readonly pointwise: KerasConvNorm;

  constructor(scope: Scope, { inDim, outDim }: SeparableConvConfig) {
    const depthwise = scope.at('_depthwise');
    this.scope = depthwise;
    this.filter = depthwise.at('_depthwise_conv').param('depthwise_kernel', [KERNEL, KERNEL, inDim, 1], depthwiseInit);
    this.norm = new KerasBatchNorm(depthwise.at('_batch_norm'), { shape: [inDim] });
    this.pointwise = new KerasConvNorm(scope.at('_pointwise'), { inDim, outDim, kernel: 1 });
  }

  /** @param x [B, H, W, in] @returns [B, H, W, out] */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runSteps(this.forwardSteps(x));
  }

  /** {@link forward} convolution by convolution. */
  forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return tidySteps(this.convolved(x));
  }

  private *convolved(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    const inner = tf.relu(yield* this.depthwise(x));
    return yield* this.pointwise.forwardSteps(inner, 'relu');
  }

  private *depthwise(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    if (this.scope.training) return this.norm.forward(yield* depthwiseSteps(x, this.filter));
    const [filter, shift] = this.scope.derive('folded', () => {
      const [scale, bias] = this.norm.affine();
      return [tf.mul(this.filter, tf.reshape(scale, [-1, 1])), bias];
    });
    return tf.add(yield* depthwiseSteps(x, filter as tf.Tensor4D), shift);
  }
}

/** He's by the 25 values that one output sees. */
function depthwiseInit(shape: number[]): tf.Tensor {
  return tf.reshape(heNormal([shape[0], shape[1], 1, shape[2]]), shape);
}
