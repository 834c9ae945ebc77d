import {
  attention,
  Conv2d,
  init,
  LayerNorm,
  Linear,
  rowsInSteps,
  runSteps,
  type Scope,
  type Steps,
  tidySteps,
} from '@seg/core';
import { A_DIM, expectConfig, expectDivisor } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { queryOperations } from './query-operations.ts';

/** Sizes of an attention whose keys and values are pooled first. Wang et al. 2022 (PVTv2), section 3.2. */
export type ReducedAttentionConfig = {
  dim: number;
  numHeads: number;
  /** Side of the squares of tokens that become one key and value. 1: none. */
  reduction: number;
};

const CONFIG = { dim: A_DIM, numHeads: A_DIM, reduction: A_DIM };

/**
 * Self-attention of a map in which keys and values are fewer by a strided convolution. Wang et al. 2021 (Pyramid Vision
 * Transformer), eq. 1 to 3; PVTv2 keeps it as its spatial-reduction attention (SRA). Keys are the authors'.
 */
export class ReducedAttention {
  readonly scope: Scope;
  readonly config: ReducedAttentionConfig;
  readonly query: Linear;
  readonly keyValue: Linear;
  readonly output: Linear;
  readonly reduce: { conv: Conv2d; norm: LayerNorm } | undefined;

  constructor(scope: Scope, config: ReducedAttentionConfig) {
    expectConfig('ReducedAttention', config, CONFIG, ['dim', 'numHeads', 'reduction']);
    expectDivisor('ReducedAttention', 'numHeads', config.dim, config.numHeads);
    const { dim, reduction } = config;
    const weights = { weight: init.truncatedNormal(0.02), bias: init.zeros };
    this.scope = scope;
    this.config = config;
    this.query = new Linear(scope.at('q'), { inDim: dim, outDim: dim, init: weights });
    this.keyValue = new Linear(scope.at('kv'), { inDim: dim, outDim: 2 * dim, init: weights });
    this.output = new Linear(scope.at('proj'), { inDim: dim, outDim: dim, init: weights });
    const sizes = { inDim: dim, outDim: dim, kernel: reduction, stride: reduction, init: init.kaimingNormal };
    this.reduce =
      reduction > 1
        ? { conv: new Conv2d(scope.at('sr'), sizes), norm: new LayerNorm(scope.at('norm'), { dim }) }
        : undefined;
  }

  /** @param x [B, H, W, C] @returns [B, H, W, C] */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runSteps(this.forwardSteps(x));
  }

  /** {@link forward} in steps, to the same bytes: where there are many places, some after the others. */
  forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return tidySteps(this.attended(x));
  }

  private *attended(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    const { dim, numHeads } = this.config;
    const heads = (tokens: tf.Tensor): tf.Tensor4D =>
      tf.reshape(tokens, [x.shape[0], -1, numHeads, dim / numHeads]) as tf.Tensor4D;
    const reduced = this.reduce ? this.reduce.norm.forward(yield* this.reduce.conv.forwardSteps(x)) : x; // [B, H/r, W/r, C]
    const [key, value] = tf.split(this.keyValue.forward(reduced), 2, 3).map(heads);
    yield;
    const operations = 4 * dim * dim + queryOperations(key.shape[1], this.config);
    const attended = yield* rowsInSteps(x, operations, (places) => {
      const gathered = attention(heads(this.query.forward(places)), key, value); // [B, H·W, h, d]
      return this.output.forward(tf.reshape(gathered, places.shape));
    });
    return this.scope.tap(attended);
  }
}
