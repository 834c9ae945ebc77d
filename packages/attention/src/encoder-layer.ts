import {
  ACTIVATIONS,
  type ActivationName,
  dropping,
  LayerNorm,
  runSteps,
  type Scope,
  type Steps,
  tidySteps,
} from '@seg/core';
import { A_DIM, expectConfig, expectDivisor, numberIn, oneOf } from '@seg/core/expect-options';
import type * as tf from '@tensorflow/tfjs-core';
import { FeedForward } from './feed-forward.ts';
import { MultiHeadAttention } from './multi-head-attention.ts';

/** Sizes of a transformer layer, and its dropout in training. */
export type TransformerLayerConfig = {
  dim: number;
  numHeads: number;
  ffnDim: number;
  /** In training, on each branch. Default: 0. */
  dropout?: number;
  /** Of the feed-forward network. Default: relu. */
  activation?: ActivationName;
};

const CONFIG = {
  dim: A_DIM,
  numHeads: A_DIM,
  ffnDim: A_DIM,
  dropout: numberIn({ least: 0, most: 1 }),
  activation: oneOf(...ACTIVATIONS),
};

/** Checks the config of a layer of either kind. */
export function expectLayer(where: string, config: TransformerLayerConfig): void {
  expectConfig(where, config, CONFIG, ['dim', 'numHeads', 'ffnDim']);
  expectDivisor(where, 'numHeads', config.dim, config.numHeads);
}

/**
 * One post-norm encoder layer of DETR: self-attention with the position in queries and keys, then a feed-forward
 * network. Carion et al. 2020, section A.3.
 */
export class EncoderLayer {
  readonly scope: Scope;
  readonly dropoutRate: number;
  readonly attention: MultiHeadAttention;
  readonly attentionNorm: LayerNorm;
  readonly feedForward: FeedForward;
  readonly finalNorm: LayerNorm;

  constructor(scope: Scope, config: TransformerLayerConfig) {
    expectLayer('EncoderLayer', config);
    const { dim, numHeads, ffnDim, dropout: rate = 0, activation } = config;
    this.scope = scope;
    this.dropoutRate = rate;
    this.attention = new MultiHeadAttention(scope.at('self_attn'), { dim, numHeads, projections: 'split' });
    this.attentionNorm = new LayerNorm(scope.at('self_attn_layer_norm'), { dim });
    this.feedForward = new FeedForward(scope, { dim, hiddenDim: ffnDim, dropout: rate, activation });
    this.finalNorm = new LayerNorm(scope.at('final_layer_norm'), { dim });
  }

  /** @param x [B, L, C] @param position [L, C] @returns [B, L, C] */
  forward(x: tf.Tensor3D, position: tf.Tensor2D): tf.Tensor3D {
    return runSteps(this.forwardSteps(x, position));
  }

  /** {@link forward} in steps. */
  forwardSteps(x: tf.Tensor3D, position: tf.Tensor2D): Steps<tf.Tensor3D> {
    return tidySteps(this.layered(x, position));
  }

  private *layered(x: tf.Tensor3D, position: tf.Tensor2D): Steps<tf.Tensor3D> {
    const places = { queryPosition: position, keyPosition: position };
    const hidden = yield* this.attention.gatherSteps({ query: x, key: x, value: x, ...places });
    const drop = dropping<tf.Tensor3D>(this.scope, this.dropoutRate);
    const attended = yield* this.attentionNorm.forwardSumOfSteps(x, { hidden, last: this.attention.output, drop });
    yield;
    const refining = { hidden: yield* this.feedForward.hiddenSteps(attended), last: this.feedForward.contract, drop };
    return this.scope.tap(yield* this.finalNorm.forwardSumOfSteps(attended, refining), 'output');
  }
}
