import { dropPath, init, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import { A_DIM, expectConfig, expectDivisor, numberIn } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { DualPathAttention } from './dual-path-attention.ts';
import { KerasConvNorm } from './keras-conv-norm.ts';

/** Sizes of a dual-path transformer: its attentions and the memory's feed-forward network. */
export type DualPathTransformerConfig = {
  pixelDim: number;
  memoryDim: number;
  /** Channels of both paths between their first and last convolution, and of all heads' values; keys have half. */
  dim: number;
  numHeads: number;
  /** Channels of the memory's feed-forward network. */
  ffnDim: number;
  /** Probability that training drops a branch. Default: 0. */
  dropPath?: number;
};

/** Pixels and memory, [B, H, W, Cp] and [B, N, Cm]. */
export type DualPath = { pixel: tf.Tensor4D; memory: tf.Tensor3D };

const CONFIG = {
  pixelDim: A_DIM,
  memoryDim: A_DIM,
  dim: A_DIM,
  numHeads: A_DIM,
  ffnDim: numberIn({ least: 0, isWhole: true }),
  dropPath: numberIn({ least: 0, most: 1 }),
};

/**
 * Lets pixels and memory read each other: memory reads pixels and memory (M2P and M2M), pixels read memory (P2M), all
 * from what came in. Wang et al. 2021 (MaX-DeepLab), section 3.2, eq. 5 and 6, figure 3.
 */
export class DualPathTransformer {
  readonly scope: Scope;
  readonly config: DualPathTransformerConfig;
  readonly memoryInput: KerasConvNorm;
  readonly pixelInput: KerasConvNorm;
  readonly memoryProjection: KerasConvNorm;
  readonly pixelProjection: KerasConvNorm;
  readonly memoryAttention: DualPathAttention;
  readonly pixelAttention: DualPathAttention;
  readonly memoryOutput: KerasConvNorm;
  readonly feedForward: [KerasConvNorm, KerasConvNorm];
  readonly pixelOutput: KerasConvNorm;

  constructor(scope: Scope, config: DualPathTransformerConfig) {
    expectConfig('DualPathTransformer', config, CONFIG, ['pixelDim', 'memoryDim', 'dim', 'numHeads', 'ffnDim']);
    expectDivisor('DualPathTransformer', 'numHeads', config.dim, config.numHeads);
    const { pixelDim, memoryDim, dim, numHeads, ffnDim } = config;
    const layer = (
      name: string,
      inDim: number,
      outDim: number,
      more: { gain?: number; init?: typeof init.zeros } = {},
    ) => new KerasConvNorm(scope.at(name), { inDim, outDim, kernel: 'tokens', ...more });
    const attention = (name: string) => new DualPathAttention(scope.at(name), { valueDim: dim, numHeads });
    const projection = { init: init.truncatedNormal(dim ** -0.5) };
    const residual = { gain: 0 };
    this.scope = scope;
    this.config = config;
    this.memoryInput = layer('_memory_conv1_bn_act', memoryDim, dim);
    this.pixelInput = layer('_pixel_conv1_bn_act', pixelDim, dim);
    this.memoryProjection = layer('_memory_qkv_conv_bn', dim, 2 * dim, projection);
    this.pixelProjection = layer('_pixel_qkv_conv_bn', dim, 2 * dim, projection);
    this.memoryAttention = attention('_memory_attention');
    this.pixelAttention = attention('_pixel_attention');
    this.memoryOutput = layer('_memory_conv3_bn', dim, memoryDim, residual);
    this.feedForward = [
      layer('_memory_ffn_conv1_bn_act', memoryDim, ffnDim),
      layer('_memory_ffn_conv2_bn', ffnDim, memoryDim, residual),
    ];
    this.pixelOutput = layer('_pixel_conv3_bn', dim, pixelDim, residual);
  }

  /** @param input Pixels not activated, memory activated but for the first layer @returns The same of the output */
  forward(input: DualPath): DualPath {
    return runSteps(this.forwardSteps(input));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(input: DualPath): Steps<DualPath> {
    return tidySteps(this.pass(input));
  }

  private *pass({ pixel, memory }: DualPath): Steps<DualPath> {
    const [batch, height, width, pixelDim] = pixel.shape;
    const flat = tf.reshape(pixel, [batch, height * width, pixelDim]) as tf.Tensor3D;
    const ofMemory = this.split(this.memoryProjection.forward(this.memoryInput.forward(memory, 'relu')));
    const input = yield* this.pixelInput.forwardSteps(tf.relu(flat), 'relu');
    yield;
    const ofPixels = this.split(yield* this.pixelProjection.forwardSteps(input));
    yield;
    const readByMemory = this.memoryAttention.forward({
      query: ofMemory.query,
      key: tf.concat([ofPixels.key, ofMemory.key], 1), // [B, HW + N, K]
      value: tf.concat([ofPixels.value, ofMemory.value], 1),
    });
    yield;
    const readByPixels = this.pixelAttention.forward({ ...ofMemory, query: ofPixels.query });
    yield;
    const newPixels = tf.add(flat, this.drop(yield* this.pixelOutput.forwardSteps(readByPixels)));
    yield;
    return {
      pixel: this.scope.tap(tf.reshape(newPixels, pixel.shape), 'pixel'),
      memory: this.scope.tap(this.updateMemory(memory, readByMemory), 'memory'),
    };
  }

  private updateMemory(memory: tf.Tensor3D, read: tf.Tensor3D): tf.Tensor3D {
    const [expand, reduce] = this.feedForward;
    const attended = tf.relu(tf.add(memory, this.drop(this.memoryOutput.forward(read)))) as tf.Tensor3D;
    return tf.relu(tf.add(attended, this.drop(reduce.forward(expand.forward(attended, 'relu')))));
  }

  private split(projected: tf.Tensor3D): { query: tf.Tensor3D; key: tf.Tensor3D; value: tf.Tensor3D } {
    const { dim } = this.config;
    const [query, key, value] = tf.split<tf.Tensor3D>(projected, [dim / 2, dim / 2, dim], 2);
    return { query, key, value };
  }

  private drop(branch: tf.Tensor3D): tf.Tensor3D {
    return dropPath(this.scope, branch, this.config.dropPath ?? 0);
  }
}
