import {
  type Conv2DOptions,
  conv2d,
  conv2dSteps,
  foldNorm,
  type Initializer,
  init,
  linear,
  rowsInSteps,
  type Scope,
  type Steps,
} from '@seg/core';
import { A_DIM, A_FUNCTION, expectConfig, numberIn, type OptionCheck } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { KerasBatchNorm } from './keras-batch-norm.ts';

/** A convolution with batch norm under Keras' keys. */
export type KerasConvNormConfig = {
  inDim: number;
  outDim: number;
  /** Side of the square kernel; `tokens` is a convolution along a list, one entry wide. */
  kernel: number | 'tokens';
  /** Default: 1. */
  stride?: number;
  /** Default: 1. */
  dilation?: number;
  /** First value of the norm's gain; 0 behind residual branches. Default: 1. */
  gain?: number;
  /** Default: {@link heNormal}. */
  init?: Initializer;
};

/** He et al. 2015, eq. 10 by fan in, cut at two deviations and scaled so that the deviation stays: Keras's. */
export const heNormal: Initializer = (shape) => {
  const fanIn = shape.slice(0, -1).reduce((product, side) => product * side, 1);
  return init.truncatedNormal(Math.sqrt(2 / fanIn) / 0.8796256610342398)(shape);
};

const A_KERNEL: OptionCheck = [
  'a whole number of at least 1, or tokens',
  (value) => value === 'tokens' || A_DIM[1](value),
];
const CONFIG = {
  inDim: A_DIM,
  outDim: A_DIM,
  kernel: A_KERNEL,
  stride: A_DIM,
  dilation: A_DIM,
  gain: numberIn(),
  init: A_FUNCTION,
};

/**
 * A convolution without bias and its batch norm under deeplab2's keys, `_conv/kernel` and `_batch_norm/*`. Strides pad
 * (k − 1) / 2 zeros on every side. In inference the two are one convolution.
 */
export class KerasConvNorm {
  readonly scope: Scope;
  readonly filter: tf.Variable; // [k, k, in, out], or [1, in, out] for tokens
  readonly norm: KerasBatchNorm;
  readonly config: KerasConvNormConfig;

  constructor(scope: Scope, config: KerasConvNormConfig) {
    expectConfig('KerasConvNorm', config, CONFIG, ['inDim', 'outDim', 'kernel']);
    const { inDim, outDim, kernel, gain } = config;
    const shape = kernel === 'tokens' ? [1, inDim, outDim] : [kernel, kernel, inDim, outDim];
    this.scope = scope;
    this.config = config;
    this.filter = scope.at('_conv').param('kernel', shape, config.init ?? heNormal);
    this.norm = new KerasBatchNorm(scope.at('_batch_norm'), { shape: [outDim], gain });
  }

  /** @param x [B, H, W, in], or [B, L, in] for tokens @returns [B, H', W', out], or [B, L, out] */
  forward<T extends tf.Tensor3D | tf.Tensor4D>(x: T, activation: 'linear' | 'relu' = 'linear'): T {
    if (!this.scope.training) return tf.tidy(() => this.convolveFolded(x, activation));
    return tf.tidy(() => {
      const normalized = this.norm.forward(this.convolve(x, this.filter));
      return activation === 'relu' ? tf.relu(normalized) : normalized;
    });
  }

  /** {@link forward} in bands of rows, or of some tokens after the others, where it is large. */
  *forwardSteps<T extends tf.Tensor3D | tf.Tensor4D>(x: T, activation: 'linear' | 'relu' = 'linear'): Steps<T> {
    if (this.scope.training) return this.forward(x, activation);
    if (this.config.kernel === 'tokens') {
      const { inDim, outDim } = this.config;
      return yield* rowsInSteps(x, 2 * inDim * outDim, (rows) => this.forward(rows as tf.Tensor3D, activation));
    }
    const { filter, ...options } = this.folded();
    return (yield* conv2dSteps(x as tf.Tensor4D, filter, { ...this.geometry(), ...options, activation })) as T;
  }

  private convolve<T extends tf.Tensor3D | tf.Tensor4D>(
    x: T,
    filter: tf.Tensor,
    { scale, bias, activation }: Pick<Conv2DOptions, 'scale' | 'bias' | 'activation'> = {},
  ): T {
    const { inDim, outDim, kernel } = this.config;
    if (kernel === 'tokens') return linear(x, tf.reshape(filter, [inDim, outDim]), bias, activation);
    const options = { ...this.geometry(), scale, bias, activation };
    return conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, options) as T;
  }

  private geometry(): Pick<Conv2DOptions, 'strides' | 'padding' | 'dilation'> {
    const { kernel, stride = 1, dilation = 1 } = this.config;
    return { strides: stride, padding: (((kernel as number) - 1) / 2) * dilation, dilation };
  }

  private convolveFolded<T extends tf.Tensor3D | tf.Tensor4D>(x: T, activation: 'linear' | 'relu'): T {
    if (this.config.kernel !== 'tokens') {
      const { filter, ...folded } = this.folded();
      return this.convolve(x, filter, { ...folded, activation });
    }
    const [weight, bias] = this.scope.derive('folded', () => {
      const { scale, shift } = this.affine();
      return [tf.mul(this.filter, scale), shift];
    });
    return this.convolve(x, weight, { bias, activation });
  }

  private folded(): ReturnType<typeof foldNorm> {
    return foldNorm(this.scope, this.filter as tf.Variable<tf.Rank.R4>, () => this.affine());
  }

  private affine(): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
    const [scale, shift] = this.norm.affine() as [tf.Tensor1D, tf.Tensor1D];
    return { scale, shift };
  }
}
