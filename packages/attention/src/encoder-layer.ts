import { type ActivationName, dropout, LayerNorm, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

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

  constructor(scope: Scope, { dim, numHeads, ffnDim, dropout: rate = 0, activation }: TransformerLayerConfig) {
    this.scope = scope;
    this.dropoutRate = rate;
    this.attention = new MultiHeadAttention(scope.at('self_attn'), { dim, numHeads, projections: 'split' });
    this.attentionNorm = new LayerNorm(scope.at('self_attn_layer_norm'), { dim });
    this.feedForward = new FeedForward(scope, { dim, hiddenDim: ffnDim, dropout: rate, activation });
    this.finalNorm = new LayerNorm(scope.at('final_layer_norm'), { dim });
  }

  /** @param x [B, L, C] @param position [L, C] @returns [B, L, C] */
  forward(x: tf.Tensor3D, position: tf.Tensor2D): tf.Tensor3D {
    return tf.tidy(() => {
      const positioned = tf.add<tf.Tensor3D>(x, position);
      const gathered = this.attention.forward({ query: positioned, key: positioned, value: x });
      const attended = this.attentionNorm.forwardSum(x, dropout(this.scope, gathered, this.dropoutRate));
      const branch = dropout(this.scope, this.feedForward.forward(attended), this.dropoutRate);
      return this.scope.tap(this.finalNorm.forwardSum(attended, branch), 'output');
    });
  }
}
