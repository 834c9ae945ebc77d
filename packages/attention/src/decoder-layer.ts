import { dropping, LayerNorm, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { expectLayer, type TransformerLayerConfig } from './encoder-layer.ts';
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

  constructor(scope: Scope, config: TransformerLayerConfig) {
    expectLayer('DecoderLayer', config);
    const { dim, numHeads, ffnDim, dropout: rate = 0, activation } = config;
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
      const drop = dropping<tf.Tensor3D>(this.scope, this.dropoutRate);
      const own = { query: queries, key: queries, value: queries };
      const exchanged = this.selfAttention.gather({ ...own, queryPosition, keyPosition: queryPosition });
      const exchange = { hidden: exchanged, last: this.selfAttention.output, drop };
      const afterSelf = this.selfNorm.forwardSumOf(queries, exchange);
      this.scope.tap(afterSelf, 'after_self_attention');

      const looking = { query: afterSelf, queryPosition, key: memory, keyPosition: memoryPosition, value: memory };
      const look = { hidden: this.crossAttention.gather(looking), last: this.crossAttention.output, drop };
      const afterCross = this.crossNorm.forwardSumOf(afterSelf, look);
      this.scope.tap(afterCross, 'after_cross_attention');

      const refining = { hidden: this.feedForward.hidden(afterCross), last: this.feedForward.contract, drop };
      return this.scope.tap(this.finalNorm.forwardSumOf(afterCross, refining), 'output');
    });
  }
}
