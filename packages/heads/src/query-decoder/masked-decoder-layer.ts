import { FeedForward, MultiHeadAttention } from '@seg/attention';
import { LayerNorm, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of a layer with masked attention. */
export type MaskedDecoderLayerConfig = { dim: number; numHeads: number; ffnDim: number };

/** Queries, the pixels they attend to, and where each may look. */
export type MaskedDecoderInputs = {
  /** [B, N, C] features X of the layer before */
  queries: tf.Tensor3D;
  /** [N, C] learned */
  queryPosition: tf.Tensor2D;
  /** [B, L, C] one scale with its level embedding */
  pixels: tf.Tensor3D;
  /** [B, L, C] the same with the sine position */
  keys: tf.Tensor3D;
  /** [B, N, L] zeros inside the mask of each query, a large negative number outside */
  bias: tf.Tensor3D;
};

/**
 * One decoder layer of Mask2Former: queries look at the pixels inside their own mask, then at each other, then through
 * a feed-forward network. Post-norm, cross-attention first. Cheng et al. 2022, section 3.2.2.
 */
export class MaskedDecoderLayer {
  readonly scope: Scope;
  readonly crossAttention: MultiHeadAttention;
  readonly crossNorm: LayerNorm;
  readonly selfAttention: MultiHeadAttention;
  readonly selfNorm: LayerNorm;
  readonly feedForward: FeedForward;
  readonly finalNorm: LayerNorm;

  constructor(scope: Scope, { dim, numHeads, ffnDim }: MaskedDecoderLayerConfig) {
    this.scope = scope;
    this.crossAttention = new MultiHeadAttention(scope.at('cross_attn'), { dim, numHeads });
    this.crossNorm = new LayerNorm(scope.at('cross_attn_layer_norm'), { dim });
    this.selfAttention = new MultiHeadAttention(scope.at('self_attn'), { dim, numHeads, projections: 'split' });
    this.selfNorm = new LayerNorm(scope.at('self_attn_layer_norm'), { dim });
    this.feedForward = new FeedForward(scope, { dim, hiddenDim: ffnDim });
    this.finalNorm = new LayerNorm(scope.at('final_layer_norm'), { dim });
  }

  /** @returns [B, N, C] */
  forward({ queries, queryPosition, pixels, keys, bias }: MaskedDecoderInputs): tf.Tensor3D {
    return tf.tidy(() => {
      // eq. 2: X = softmax(M + Q Kᵀ) V + X
      const query = tf.add<tf.Tensor3D>(queries, queryPosition);
      const gathered = this.crossAttention.forward({ query, key: keys, value: pixels, bias });
      const afterCross = this.crossNorm.forward(tf.add<tf.Tensor3D>(queries, gathered));
      this.scope.tap(afterCross, 'after_cross_attention');

      const positioned = tf.add<tf.Tensor3D>(afterCross, queryPosition);
      const exchanged = this.selfAttention.forward({ query: positioned, key: positioned, value: afterCross });
      const afterSelf = this.selfNorm.forward(tf.add<tf.Tensor3D>(afterCross, exchanged));
      this.scope.tap(afterSelf, 'after_self_attention');

      const refined = this.finalNorm.forward(tf.add<tf.Tensor3D>(afterSelf, this.feedForward.forward(afterSelf)));
      return this.scope.tap(refined, 'output');
    });
  }
}
