import type * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../linear/types.ts';
import type { Padding2D, Shape4D } from '../map-layout.ts';

/** Options of `conv2d`. */
export type Conv2DOptions = {
  /** Default: 1. */
  strides?: number | [number, number];
  /** One number for all sides, or each side. Default: 0. */
  padding?: number | Padding2D;
  /** Distance between the taps of the filter. Default: 1. */
  dilation?: number;
  /** Groups of channels that do not mix. Default: 1. */
  groups?: number;
  /** [out], multiplied into the filter: the gain of a norm behind the convolution, say. */
  scale?: tf.Tensor;
  /** [out] */
  bias?: tf.Tensor;
  /** [B, H', W', out], added before the activation: what a residual block skips. */
  added?: tf.Tensor4D;
  activation?: Activation;
};

/** Geometry of a convolution without groups. */
export type ConvolutionShape = { strides: [number, number]; padding: Padding2D; dilation: number };

export type Inputs = { x: tf.Tensor4D; filter: tf.Tensor4D; bias?: tf.Tensor };
export type FusedInputs = Inputs & { scale?: tf.Tensor; added?: tf.Tensor4D };
export type Attrs = ConvolutionShape & { activation: Activation };

/** `shape` is that of the tensor whose gradient is wanted: the input's or the filter's. */
export type GradientAttrs = ConvolutionShape & { shape: Shape4D };
export type InputGradientInputs = { dy: tf.Tensor4D; filter: tf.Tensor4D };
export type FilterGradientInputs = { dy: tf.Tensor4D; x: tf.Tensor4D };

/** `y` only behind a relu. `of` are the inputs whose gradients are wanted, in the order of the results. */
export type GradientsAttrs = Attrs & { of: readonly ('x' | 'filter' | 'bias')[] };
export type GradientsInputs = { dy: tf.Tensor4D; x: tf.Tensor4D; filter: tf.Tensor4D; y?: tf.Tensor4D };

/** Steps behind a convolution on wasm: a factor and a bias of each output channel, a map as large as the output, relu. */
export type Fused = { scale?: tf.TensorInfo; bias?: tf.TensorInfo; added?: tf.TensorInfo; relu?: boolean };
