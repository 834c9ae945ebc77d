import { DeformableAttention, type FeedForward, MultiHeadAttention } from '@seg/attention';
import { dropping, LayerNorm, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import {
  type DeformableLayerConfig,
  type EncodedLevels,
  mmcvFeedForward,
  normOfSumSteps,
} from './deformable-encoder.ts';

/** Queries with their positions, where they look first, and what they look at. */
export type LocationLayerInputs = {
  /** [B, N, C] */
  queries: tf.Tensor3D;
  /** [N, C] */
  position: tf.Tensor2D;
  encoded: EncodedLevels;
  /** [B | 1, N, 2] points or [B, N, 4] boxes (cx, cy, w, h), in [0, 1] */
  reference: tf.Tensor3D;
};

/**
 * One post-norm decoder layer of Deformable DETR: queries look at each other, then at samples around their reference,
 * then through a feed-forward network. Zhu et al. 2021, section 4.1. Keys are mmcv's.
 */
export class LocationDecoderLayer {
  readonly scope: Scope;
  readonly dropoutRate: number;
  readonly selfAttention: MultiHeadAttention;
  readonly crossAttention: DeformableAttention;
  readonly feedForward: FeedForward;
  readonly norms: LayerNorm[];

  constructor(scope: Scope, config: DeformableLayerConfig) {
    const { dim, numHeads, numLevels, numPoints, ffnDim, dropout: rate } = config;
    this.scope = scope;
    this.dropoutRate = rate;
    this.selfAttention = new MultiHeadAttention(scope.at('attentions', 0, 'attn'), { dim, numHeads });
    this.crossAttention = new DeformableAttention(scope.at('attentions', 1), { dim, numHeads, numLevels, numPoints });
    this.feedForward = mmcvFeedForward(scope, dim, ffnDim, rate);
    this.norms = [0, 1, 2].map((i) => new LayerNorm(scope.at('norms', i), { dim }));
  }

  /** @returns [B, N, C] */
  forwardSteps(inputs: LocationLayerInputs): Steps<tf.Tensor3D> {
    return tidySteps(this.layered(inputs));
  }

  private *layered({ queries, position, encoded, reference }: LocationLayerInputs): Steps<tf.Tensor3D> {
    const { scope, norms } = this;
    const drop = dropping<tf.Tensor3D>(scope, this.dropoutRate);
    const own = { query: queries, key: queries, value: queries };
    const exchanged = this.selfAttention.gather({ ...own, queryPosition: position, keyPosition: position });
    const exchange = { hidden: exchanged, last: this.selfAttention.output, drop };
    const afterSelf = yield* normOfSumSteps(scope.at('attentions.0'), norms[0], queries, exchange);
    yield;

    const gathered = yield* this.crossAttention.gatherSteps({
      query: afterSelf,
      queryPosition: position,
      value: encoded.tokens,
      reference: perLevel(reference, encoded),
      levels: encoded.levels,
      valid: encoded.padding?.valid,
    });
    const look = { hidden: gathered, last: this.crossAttention.output, drop };
    const afterCross = yield* normOfSumSteps(scope.at('attentions.1'), norms[1], afterSelf, look);
    yield;
    const refining = { hidden: this.feedForward.hidden(afterCross), last: this.feedForward.contract, drop };
    return scope.tap(norms[2].forwardSumOf(afterCross, refining));
  }
}

/** The same for all levels, but for their share of padding. @returns [B | 1, N, L | 1, 2 | 4] */
function perLevel(reference: tf.Tensor3D, { padding }: EncodedLevels): tf.Tensor4D {
  const references = tf.expandDims(reference, 2) as tf.Tensor4D;
  if (padding === undefined) return references;
  const ratios = tf.expandDims(padding.ratios, 1); // [B, 1, L, 2]
  return tf.mul(references, reference.shape[2] === 4 ? tf.concat([ratios, ratios], 3) : ratios);
}
