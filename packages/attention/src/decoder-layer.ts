import { dropout, LayerNorm, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { TransformerLayerConfig } from './encoder-layer.ts';
import { FeedForward } from './feed-forward.ts';
import { MultiHeadAttention } from './multi-head-attention.ts';

/** Input of a decoder layer: queries, memory, and the positions that are added to each. */
export type DecoderLayerInputs = {
  /** [B, N, C] */
  queries: tf.Tensor3D;
  /** [N, C] */
  queryPosition: tf.Tensor2D;
  /** [B, L, C] */
  memory: tf.Tensor3D;
  /** [L, C], added to keys only */
  memoryPosition: tf.Tensor2D;
};

/**
 * One post-norm decoder layer of DETR: queries look at each other, then at the image, then through a feed-forward
 * network. Carion et al. 2020, section A.3. Keys are those of Hugging Face's port.
 */
export class DecoderLayer {
  readonly scope: Scope;
  readonly dropoutRate: number;
  readonly selfAttention: MultiHeadAttention;
  readonly selfNorm: LayerNorm;
  readonly crossAttention: MultiHeadAttention;
  readonly crossNorm: LayerNorm;
  readonly feedForward: FeedForward;
  readonly finalNorm: LayerNorm;

  constructor(scope: Scope, { dim, numHeads, ffnDim, dropout: rate = 0, activation }: TransformerLayerConfig) {
    this.scope = scope;
    this.dropoutRate = rate;
    this.selfAttention = new MultiHeadAttention(scope.at('self_attn'), { dim, numHeads, projections: 'split' });
    this.selfNorm = new LayerNorm(scope.at('self_attn_layer_norm'), { dim });
    this.crossAttention = new MultiHeadAttention(scope.at('encoder_attn'), { dim, numHeads, projections: 'split' });
    this.crossNorm = new LayerNorm(scope.at('encoder_attn_layer_norm'), { dim });
    this.feedForward = new FeedForward(scope, { dim, hiddenDim: ffnDim, dropout: rate, activation });
    this.finalNorm = new LayerNorm(scope.at('final_layer_norm'), { dim });
  }

  /** @returns [B, N, C] */
  forward({ queries, queryPosition, memory, memoryPosition }: DecoderLayerInputs): tf.Tensor3D {
    return tf.tidy(() => {
      const drop = (x: tf.Tensor3D): tf.Tensor3D => dropout(this.scope, x, this.dropoutRate);
      const positioned = tf.add<tf.Tensor3D>(queries, queryPosition);
      const exchanged = this.selfAttention.forward({ query: positioned, key: positioned, value: queries });
      const afterSelf = this.selfNorm.forwardSum(queries, drop(exchanged));
      this.scope.tap(afterSelf, 'after_self_attention');

      const query = tf.add<tf.Tensor3D>(afterSelf, queryPosition);
      const key = tf.add<tf.Tensor3D>(memory, memoryPosition);
      const gathered = this.crossAttention.forward({ query, key, value: memory });
      const afterCross = this.crossNorm.forwardSum(afterSelf, drop(gathered));
      this.scope.tap(afterCross, 'after_cross_attention');

      const refined = this.finalNorm.forwardSum(afterCross, drop(this.feedForward.forward(afterCross)));
      return this.scope.tap(refined, 'output');
    });
  }
}
