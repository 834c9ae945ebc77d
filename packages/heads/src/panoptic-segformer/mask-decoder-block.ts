import {
  attention,
  attentionOfParts,
  joinedLinears,
  LayerNorm,
  Linear,
  linear,
  matMul,
  mayFuse,
  type Scope,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { MaskAttention, type MaskAttentionConfig, type MaskAttentionInputs } from './mask-attention.ts';

/** Sizes of a block of the mask decoder. */
export type MaskDecoderBlockConfig = MaskAttentionConfig & {
  ffnDim: number;
  /** True for self-attention of the queries first: those of stuff have it. */
  selfAttention: boolean;
};

/** Output of a block: queries [B, N, C], and masks [B, H, W, N] at the finest level where they are wanted. */
export type RefinedQueries = { queries: tf.Tensor3D; masks?: tf.Tensor4D };

/** Of the norms in the mask decoder; all others of the model have 1e-5. */
const EPSILON = 1e-6;

/**
 * One post-norm block of the mask decoder: attention to the memory, whose logits are also the block's mask, and a
 * feed-forward network. Li et al. 2022, "Mask Decoder". No dropout. Keys are the authors'.
 */
export class MaskDecoderBlock {
  readonly scope: Scope;
  readonly config: MaskDecoderBlockConfig;
  readonly exchange: { attention: QuerySelfAttention; norm: LayerNorm } | undefined;
  readonly attention: MaskAttention;
  readonly value: Linear;
  readonly output: Linear;
  readonly attentionNorm: LayerNorm;
  readonly expand: Linear;
  readonly contract: Linear;
  readonly finalNorm: LayerNorm;

  constructor(scope: Scope, config: MaskDecoderBlockConfig) {
    const { dim, numHeads, ffnDim, selfAttention } = config;
    const norm = (name: string) => new LayerNorm(scope.at(name), { dim, epsilon: EPSILON });
    this.scope = scope;
    this.config = config;
    this.exchange = selfAttention
      ? { attention: new QuerySelfAttention(scope.at('self_attention'), { dim, numHeads }), norm: norm('norm3') }
      : undefined;
    this.attention = new MaskAttention(scope.at('attn'), { dim, numHeads });
    this.value = new Linear(scope.at('attn', 'v'), { inDim: dim, outDim: dim });
    this.output = new Linear(scope.at('attn', 'proj'), { inDim: dim, outDim: dim });
    this.attentionNorm = norm('head_norm1');
    this.expand = new Linear(scope.at('mlp', 'fc1'), { inDim: dim, outDim: ffnDim });
    this.contract = new Linear(scope.at('mlp', 'fc2'), { inDim: ffnDim, outDim: dim });
    this.finalNorm = norm('head_norm2');
  }

  /**
   * @param wantsMasks Whether somebody needs this block's masks: those of the last in use, or all in training
   * @returns Refined queries [B, N, C] and masks [B, H, W, N] at the finest level
   */
  forwardSteps(inputs: MaskAttentionInputs, wantsMasks: boolean): Steps<RefinedQueries> {
    return tidySteps(this.refined(inputs, wantsMasks));
  }

  private *refined({ queries, memory, levels }: MaskAttentionInputs, wantsMasks: boolean): Steps<RefinedQueries> {
    const exchanged = this.exchanged(queries);
    const look = { queries: exchanged, memory, levels };
    const logits = wantsMasks || !mayFuse() ? yield* this.attention.logitsSteps(look) : undefined;
    yield;
    const hidden = logits ? yield* tidySteps(this.gather(logits, memory)) : this.look(look);
    const attended = this.attentionNorm.forwardSumOf(exchanged, { hidden, last: this.output });
    const refining = { hidden: this.expand.forward(attended, 'gelu'), last: this.contract };
    const refined = this.scope.tap(this.finalNorm.forwardSumOf(attended, refining), 'query');
    yield;
    return wantsMasks ? { queries: refined, masks: this.masks(logits!, levels) } : { queries: refined };
  }

  private masks(logits: tf.Tensor4D, levels: MaskAttentionInputs['levels']): tf.Tensor4D {
    return this.scope.tap(this.attention.masks(logits, levels), 'mask');
  }

  private exchanged(queries: tf.Tensor3D): tf.Tensor3D {
    if (this.exchange === undefined) return queries;
    const { attention, norm } = this.exchange;
    return norm.forwardSumOf(queries, { hidden: attention.gather(queries), last: attention.output });
  }

  /** {@link gather} where nobody needs the logits: keys and values by one product, no matrix of logits. */
  private look({ queries, memory }: MaskAttentionInputs): tf.Tensor3D {
    const { dim, numHeads } = this.config;
    const [weight, bias] = joinedLinears(this.scope, 'keys_and_values', [this.attention.key, this.value]);
    const both = linear(memory, weight, bias);
    const inputs = { query: this.attention.query.forward(queries), key: both, value: both };
    return attentionOfParts(inputs, { numHeads, dim, parts: [0, 0, 1] });
  }

  /** softmax(logits) V, heads side by side. @returns [B, N, C] */
  private *gather(logits: tf.Tensor4D, memory: tf.Tensor3D): Steps<tf.Tensor3D> {
    const { dim, numHeads } = this.config;
    const [batch, , numQueries] = logits.shape;
    const split = tf.reshape(yield* this.value.forwardSteps(memory), [batch, -1, numHeads, dim / numHeads]);
    const values = tf.transpose(split, [0, 2, 1, 3]); // [B, h, L, d]
    yield;
    const summed = matMul<tf.Tensor4D>(tf.softmax(logits), values); // [B, h, N, d]
    return tf.reshape(tf.transpose(summed, [0, 2, 1, 3]), [batch, numQueries, dim]);
  }
}

/** Self-attention of the stuff queries with one projection for all three parts. */
class QuerySelfAttention {
  readonly scope: Scope;
  readonly config: MaskAttentionConfig;
  readonly input: Linear;
  readonly output: Linear;

  constructor(scope: Scope, config: MaskAttentionConfig) {
    const { dim } = config;
    this.scope = scope;
    this.config = config;
    this.input = new Linear(scope.at('qkv'), { inDim: dim, outDim: 3 * dim });
    this.output = new Linear(scope.at('proj'), { inDim: dim, outDim: dim });
  }

  /** All of the attention but the projection behind. @param x [B, N, C] */
  gather(x: tf.Tensor3D): tf.Tensor3D {
    return tf.tidy(() => {
      const { dim, numHeads } = this.config;
      const packed = this.input.forward(x);
      if (mayFuse()) {
        const inputs = { query: packed, key: packed, value: packed };
        return this.seen(attentionOfParts(inputs, { numHeads, dim, parts: [0, 1, 2] }));
      }
      const [query, key, value] = tf
        .split<tf.Tensor3D>(packed, 3, 2)
        .map((part): tf.Tensor4D => tf.reshape(part, [x.shape[0], x.shape[1], numHeads, dim / numHeads]));
      return this.seen(tf.reshape(attention(query, key, value), x.shape));
    });
  }

  /** Shows an observer what the projection makes of it. */
  private seen(gathered: tf.Tensor3D): tf.Tensor3D {
    if (this.scope.store.observer !== null) this.scope.tap(this.output.forward(gathered));
    return gathered;
  }
}
