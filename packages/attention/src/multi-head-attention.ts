import { attention, attentionOfParts, init, Linear, linear, mayFuse, OUT_IN, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of a multi-head attention, and how its checkpoint stores the projections. */
export type MultiHeadAttentionConfig = {
  dim: number;
  numHeads: number;
  /**
   * Layout of the projections in the checkpoint: `packed` is PyTorch's `in_proj_weight` of [3·dim, dim], `split` has
   * `q_proj`, `k_proj` and `v_proj`. Both end in `out_proj`. Default: packed.
   */
  projections?: 'packed' | 'split';
};

/** Queries, keys and values, with what is added to the attention logits. */
export type AttentionInputs = {
  /** [B, N, C] */
  query: tf.Tensor3D;
  /** [B, L, C] */
  key: tf.Tensor3D;
  /** [B, L, C] */
  value: tf.Tensor3D;
  /** [B, N, L] added to the logits of every head: 0 where a query may look, a large negative number elsewhere */
  bias?: tf.Tensor3D;
};

/**
 * softmax(Q Kᵀ / √d + bias) V in several heads, with a projection before and behind. Vaswani et al. 2017, section 3.2.
 */
export class MultiHeadAttention {
  readonly scope: Scope;
  readonly config: MultiHeadAttentionConfig;
  readonly packedWeight: tf.Variable<tf.Rank.R2> | undefined; // [C, 3C]
  readonly packedBias: tf.Variable<tf.Rank.R1> | undefined; // [3C]
  readonly split: [Linear, Linear, Linear] | undefined;
  readonly output: Linear;

  constructor(scope: Scope, config: MultiHeadAttentionConfig) {
    const { dim, projections = 'packed' } = config;
    this.scope = scope;
    this.config = config;
    if (projections === 'packed') {
      this.packedWeight = scope.param('in_proj_weight', [dim, 3 * dim], init.xavierUniform, { stored: OUT_IN });
      this.packedBias = scope.param('in_proj_bias', [3 * dim], init.zeros);
    } else {
      const projection = (name: string) => new Linear(scope.at(name), { inDim: dim, outDim: dim });
      this.split = [projection('q_proj'), projection('k_proj'), projection('v_proj')];
    }
    this.output = new Linear(scope.at('out_proj'), { inDim: dim, outDim: dim });
  }

  /** @returns [B, N, C] */
  forward({ query, key, value, bias }: AttentionInputs): tf.Tensor3D {
    return tf.tidy(() => {
      const { dim, numHeads } = this.config;
      if (query === key && !this.scope.training && mayFuse())
        return this.output.forward(this.lookAround(query, value, bias));
      const heads = (x: tf.Tensor3D, part: 0 | 1 | 2): tf.Tensor4D =>
        tf.reshape(this.project(x, part), [x.shape[0], x.shape[1], numHeads, dim / numHeads]);
      const gathered = attention(heads(query, 0), heads(key, 1), heads(value, 2), bias); // [B, N, h, d]
      return this.output.forward(tf.reshape(gathered, query.shape));
    });
  }

  /** Queries and keys, and values where they come from the same tokens, by one product. @returns [B, N, C] */
  private lookAround(query: tf.Tensor3D, value: tf.Tensor3D, bias: tf.Tensor3D | undefined): tf.Tensor3D {
    const { dim, numHeads } = this.config;
    const isSame = query === value;
    const [weight, joined] = this.scope.derive(`parts${isSame}`, () => this.joinedParts(isSame ? 3 : 2));
    const packed = linear(query, weight, joined);
    const inputs = { query: packed, key: packed, value: isSame ? packed : this.project(value, 2), bias };
    return attentionOfParts(inputs, { numHeads, dim, parts: [0, 1, isSame ? 2 : 0] });
  }

  private joinedParts(count: number): tf.Tensor[] {
    const { dim } = this.config;
    if (this.split === undefined) {
      return [tf.slice(this.packedWeight!, [0, 0], [dim, count * dim]), tf.slice(this.packedBias!, [0], [count * dim])];
    }
    const layers = this.split.slice(0, count);
    return [tf.concat(layers.map(({ weight }) => weight as tf.Tensor), 1), tf.concat(layers.map(({ bias }) => bias as tf.Tensor))]; // biome-ignore format: one step
  }

  private project(x: tf.Tensor3D, part: 0 | 1 | 2): tf.Tensor3D {
    if (this.split) return this.split[part].forward(x);
    const [weight, bias] = this.scope.derive(`part${part}`, () => this.packedPart(part));
    return linear(x, weight, bias);
  }

  private packedPart(part: number): tf.Tensor[] {
    const { dim } = this.config;
    return [tf.slice(this.packedWeight!, [0, part * dim], [dim, dim]), tf.slice(this.packedBias!, [part * dim], [dim])];
  }
}
