import { FeedForward, MultiHeadAttention } from '@seg/attention';
import {
  type ActivationName,
  LayerNorm,
  type LinearBranch,
  type MaskBiasInputs,
  runSteps,
  type Scope,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';

/** Sizes of a layer with masked attention. */
export type MaskedDecoderLayerConfig = {
  dim: number;
  numHeads: number;
  ffnDim: number;
  /** Of the feed-forward network. Default: relu. */
  activation?: ActivationName;
  /** True if each norm stands before its branch instead of behind the sum. Default: false, as published. */
  preNorm?: boolean;
};

/** Queries, the pixels they attend to, and where each may look. */
export type MaskedDecoderInputs = {
  /** [B, N, C] features X of the layer before */
  queries: tf.Tensor3D;
  /** [N, C] learned */
  queryPosition: tf.Tensor2D;
  /** [B, L, C] one scale with its level embedding */
  pixels: tf.Tensor3D;
  /** [B, L, C] the same with the sine position, or without it beside `keyPosition` */
  keys: tf.Tensor3D;
  /** [L, C] added to the keys. Default: none */
  keyPosition?: tf.Tensor2D;
  /** [B, N, L] zeros inside the mask of each query, a large negative number outside */
  bias?: tf.Tensor3D;
  /** Logits of those masks, in the bias's place */
  mask?: MaskBiasInputs;
};

/**
 * One decoder layer of Mask2Former: queries look at the pixels inside their own mask, then at each other, then through
 * a feed-forward network. Cross-attention first; post-norm unless told. Cheng et al. 2022, section 3.2.2.
 */
export class MaskedDecoderLayer {
  readonly scope: Scope;
  readonly preNorm: boolean;
  readonly crossAttention: MultiHeadAttention;
  readonly crossNorm: LayerNorm;
  readonly selfAttention: MultiHeadAttention;
  readonly selfNorm: LayerNorm;
  readonly feedForward: FeedForward;
  readonly finalNorm: LayerNorm;

  constructor(scope: Scope, config: MaskedDecoderLayerConfig) {
    expectSizes('MaskedDecoderLayer', config, ['dim', 'numHeads', 'ffnDim'], ['activation', 'preNorm']);
    const { dim, numHeads, ffnDim, activation, preNorm = false } = config;
    this.scope = scope;
    this.preNorm = preNorm;
    this.crossAttention = new MultiHeadAttention(scope.at('cross_attn'), { dim, numHeads });
    this.crossNorm = new LayerNorm(scope.at('cross_attn_layer_norm'), { dim });
    this.selfAttention = new MultiHeadAttention(scope.at('self_attn'), { dim, numHeads, projections: 'split' });
    this.selfNorm = new LayerNorm(scope.at('self_attn_layer_norm'), { dim });
    this.feedForward = new FeedForward(scope, { dim, hiddenDim: ffnDim, activation });
    this.finalNorm = new LayerNorm(scope.at('final_layer_norm'), { dim });
  }

  /** @returns [B, N, C] */
  forward(inputs: MaskedDecoderInputs): tf.Tensor3D {
    return runSteps(tidySteps(this.refined(inputs)));
  }

  /** {@link forward} in steps, and what a norm behind the layer makes of it. @returns [B, N, C] both */
  *forwardThenSteps(inputs: MaskedDecoderInputs, next: LayerNorm): Steps<[output: tf.Tensor3D, normed: tf.Tensor3D]> {
    if (this.preNorm) {
      const output = yield* this.refined(inputs);
      return [output, next.forward(output)];
    }
    const attended = yield* this.attended(inputs);
    const [output, normed] = this.finalNorm.forwardSumThen(attended, this.refining(attended), next);
    return [this.scope.tap(output, 'output'), normed];
  }

  private *refined(inputs: MaskedDecoderInputs): Steps<tf.Tensor3D> {
    const attended = yield* this.attended(inputs);
    const refining = this.refining(this.before(attended, this.finalNorm));
    return this.scope.tap(this.behind(attended, this.finalNorm, refining), 'output');
  }

  /** Both attentions. */
  private *attended({ queries, pixels, keys, ...limits }: MaskedDecoderInputs): Steps<tf.Tensor3D> {
    const { queryPosition } = limits;
    // eq. 2: X = softmax(M + Q Kᵀ) V + X
    const { crossAttention, selfAttention } = this;
    const looking = { query: this.before(queries, this.crossNorm), key: keys, value: pixels, ...limits };
    const look = { hidden: yield* crossAttention.gatherSteps(looking), last: crossAttention.output };
    const afterCross = this.scope.tap(this.behind(queries, this.crossNorm, look), 'after_cross_attention');
    yield;
    const own = this.before(afterCross, this.selfNorm);
    const exchanging = { query: own, key: own, value: own, queryPosition, keyPosition: queryPosition };
    const exchange = { hidden: selfAttention.gather(exchanging), last: selfAttention.output };
    return this.scope.tap(this.behind(afterCross, this.selfNorm, exchange), 'after_self_attention');
  }

  private refining(x: tf.Tensor3D): LinearBranch<tf.Tensor3D> {
    return { hidden: this.feedForward.hidden(x), last: this.feedForward.contract };
  }

  /** Input of a branch beside a skip: x, or norm(x) where norms stand before. */
  private before(x: tf.Tensor3D, norm: LayerNorm): tf.Tensor3D {
    return this.preNorm ? norm.forward(x) : x;
  }

  /** Both together: norm(x + f(x)), or x + f(norm(x)). */
  private behind(x: tf.Tensor3D, norm: LayerNorm, branch: LinearBranch<tf.Tensor3D>): tf.Tensor3D {
    return this.preNorm ? tf.add(x, branch.last.forward(branch.hidden)) : norm.forwardSumOf(x, branch);
  }
}
