import { A_FLAG, A_FUNCTION, expectOptions, expectValue, numberIn } from '@seg/checkpoint/expect-options';
import type * as tf from '@tensorflow/tfjs-core';
import { expectDivisor } from '../expect-options.ts';
import { conv2d } from '../kernels/conv2d/conv2d.ts';
import { conv2dSteps } from '../kernels/conv2d/conv2d-steps.ts';
import type { Conv2DOptions } from '../kernels/conv2d/types.ts';
import { A_DIM } from '../kernels/layer-checks.ts';
import { type Initializer, torchDefault, zeros } from '../params/init.ts';
import { OIHW } from '../params/layouts.ts';
import type { Scope } from '../params/param-store.ts';
import type { Steps } from '../steps.ts';

/** Sizes of a convolution and how its parameters start. */
export type Conv2dConfig = {
  inDim: number;
  outDim: number;
  /** Side of the square kernel. */
  kernel: number;
  /** Default: 1. */
  stride?: number;
  /** Zeros on every side, as PyTorch pads. Default: 0. */
  padding?: number;
  /** Default: 1. */
  dilation?: number;
  /** Default: 1. */
  groups?: number;
  /** Default: true. */
  bias?: boolean;
  /** Default: PyTorch's weight. */
  init?: Initializer;
  /** Default: zeros. */
  biasInit?: Initializer;
};

const CONFIG = {
  inDim: A_DIM,
  outDim: A_DIM,
  kernel: A_DIM,
  stride: A_DIM,
  padding: numberIn({ least: 0, isWhole: true }),
  dilation: A_DIM,
  groups: A_DIM,
  bias: A_FLAG,
  init: A_FUNCTION,
  biasInit: A_FUNCTION,
};

/** Convolution of NHWC maps. Stored OIHW as PyTorch does, held HWIO. */
export class Conv2d {
  readonly filter: tf.Variable<tf.Rank.R4>; // [kh, kw, in / groups, out]
  readonly bias: tf.Variable<tf.Rank.R1> | undefined; // [out]
  readonly config: Required<Pick<Conv2dConfig, 'stride' | 'padding' | 'dilation' | 'groups'>>;

  constructor(scope: Scope, config: Conv2dConfig) {
    expectOptions('Conv2d', config, CONFIG);
    for (const name of ['inDim', 'outDim', 'kernel'] as const) expectValue('Conv2d', name, config?.[name], A_DIM);
    const { inDim, outDim, kernel, stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = config;
    for (const dim of [inDim, outDim]) expectDivisor('Conv2d', 'groups', dim, groups);
    const shape: tf.ShapeMap[tf.Rank.R4] = [kernel, kernel, inDim / groups, outDim];
    this.filter = scope.param('weight', shape, config.init ?? torchDefault, { stored: OIHW });
    this.bias = bias ? scope.param('bias', [outDim], config.biasInit ?? zeros) : undefined;
    this.config = { stride, padding, dilation, groups };
  }

  /** True where each result comes from one pixel alone. */
  get seesPixels(): boolean {
    const { padding, groups } = this.config;
    return this.filter.shape[0] === 1 && padding === 0 && groups === 1;
  }

  /** @param x [B, H, W, in] @returns [B, H', W', out] */
  forward(x: tf.Tensor4D, activation: 'linear' | 'relu' = 'linear'): tf.Tensor4D {
    return this.apply(x, this.filter, { bias: this.bias, activation });
  }

  /** Adds a map of the result's size behind the convolution, if there is one. */
  forwardSum(x: tf.Tensor4D, added: tf.Tensor4D | undefined): tf.Tensor4D {
    return this.apply(x, this.filter, { bias: this.bias, added });
  }

  /** {@link forwardSum} in bands of rows where it is large. */
  forwardSumSteps(x: tf.Tensor4D, added: tf.Tensor4D | undefined): Steps<tf.Tensor4D> {
    return this.applySteps(x, this.filter, { bias: this.bias, added });
  }

  /** {@link forward} in bands of rows where it is large. */
  forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return this.applySteps(x, this.filter, { bias: this.bias });
  }

  /** The same convolution with other weights, a batch norm folded into it, say, and with what is added behind it. */
  apply(
    x: tf.Tensor4D,
    filter: tf.Tensor4D,
    fused: Pick<Conv2DOptions, 'scale' | 'bias' | 'added' | 'activation'>,
  ): tf.Tensor4D {
    return conv2d(x, filter, { ...this.geometry(), ...fused });
  }

  /** {@link apply} in bands of rows where it is large. */
  applySteps(
    x: tf.Tensor4D,
    filter: tf.Tensor4D,
    fused: Pick<Conv2DOptions, 'scale' | 'bias' | 'added' | 'activation'>,
  ): Steps<tf.Tensor4D> {
    return conv2dSteps(x, filter, { ...this.geometry(), ...fused });
  }

  private geometry(): Pick<Conv2DOptions, 'strides' | 'padding' | 'dilation' | 'groups'> {
    const { stride, padding, dilation, groups } = this.config;
    return { strides: stride, padding, dilation, groups };
  }
}
