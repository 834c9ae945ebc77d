import { AxialAttention2d, KerasConvNorm } from '@seg/attention';
import { dropPath, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { MaxEncoderConfig } from './config.ts';

/** Sizes of a residual block. */
export type ResidualBlockConfig = {
  kind: MaxEncoderConfig['block'] | 'axial';
  inDim: number;
  outDim: number;
  /** Channels between the two 1×1 convolutions of a bottleneck, and unit of axial attention's. */
  width: number;
  /** Of the convolutional kinds. */
  stride: number;
  axialExpansion: MaxEncoderConfig['axialExpansion'];
  numHeads: number;
  /** Probability that training drops the branch. */
  dropPath: number;
};

/**
 * A residual block that reads activated values and returns their sum not activated. Wang et al. 2021 (MaX-DeepLab),
 * figure A.9; deeplab2 `axial_blocks.AxialBlock`.
 */
export class ResidualBlock {
  readonly scope: Scope;
  readonly dropRate: number;
  readonly shortcut: KerasConvNorm | undefined;
  readonly layers: KerasConvNorm[];
  readonly attention: AxialAttention2d | undefined;

  constructor(scope: Scope, config: ResidualBlockConfig) {
    const { kind, inDim, outDim, stride } = config;
    this.scope = scope;
    this.dropRate = config.dropPath;
    const projects = inDim !== outDim || stride !== 1;
    this.shortcut = projects ? convNorm(scope, '_shortcut', { inDim, outDim, kernel: 1, stride }) : undefined;
    this.layers = kind === 'axial' ? axialConvolutions(scope, config) : convolutions(scope, config);
    this.attention = kind === 'axial' ? axialAttention(scope, config) : undefined;
  }

  /** @param x [B, H, W, in], activated here @returns [B, H', W', out] not activated */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runSteps(this.forwardSteps(x));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return tidySteps(this.layered(x));
  }

  private *layered(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    const activated = tf.relu(x);
    const skipped = this.shortcut ? yield* this.shortcut.forwardSteps(activated) : activated;
    let inner: tf.Tensor4D = activated;
    for (const layer of this.layers.slice(0, -1)) {
      yield;
      inner = yield* layer.forwardSteps(inner, 'relu');
    }
    if (this.attention !== undefined) {
      yield;
      inner = tf.relu(yield* this.attention.forwardSteps(inner));
    }
    yield;
    const branch = yield* this.layers[this.layers.length - 1].forwardSteps(inner);
    return this.scope.tap(tf.add<tf.Tensor4D>(dropPath(this.scope, branch, this.dropRate), skipped));
  }
}

type GainedConvSizes = { inDim: number; outDim: number; kernel: number; stride?: number; gain?: number };

function convNorm(scope: Scope, name: string, sizes: GainedConvSizes): KerasConvNorm {
  return new KerasConvNorm(scope.at(name), sizes);
}

function convolutions(scope: Scope, { kind, inDim, outDim, width, stride }: ResidualBlockConfig): KerasConvNorm[] {
  if (kind === 'basic') {
    return [
      convNorm(scope, '_conv1_bn_act', { inDim, outDim, kernel: 3, stride }),
      convNorm(scope, '_conv2_bn', { inDim: outDim, outDim, kernel: 3, gain: 0 }),
    ];
  }
  return [
    convNorm(scope, '_conv1_bn_act', { inDim, outDim: width, kernel: 1 }),
    convNorm(scope, '_conv2_bn_act', { inDim: width, outDim: width, kernel: 3, stride }),
    convNorm(scope, '_conv3_bn', { inDim: width, outDim, kernel: 1, gain: 0 }),
  ];
}

function axialConvolutions(scope: Scope, config: ResidualBlockConfig): KerasConvNorm[] {
  const { inDim, outDim, width, axialExpansion } = config;
  const { bottleneck, value } = axialExpansion;
  return [
    convNorm(scope, '_conv1_bn_act', { inDim, outDim: bottleneck * width, kernel: 1 }),
    convNorm(scope, '_conv3_bn', { inDim: value * width, outDim, kernel: 1, gain: 0 }),
  ];
}

function axialAttention(scope: Scope, { width, axialExpansion, numHeads }: ResidualBlockConfig): AxialAttention2d {
  const { bottleneck, key, value } = axialExpansion;
  const dims = { inDim: bottleneck * width, keyDim: key * width, valueDim: value * width };
  return new AxialAttention2d(scope.at('_attention'), { ...dims, numHeads });
}
