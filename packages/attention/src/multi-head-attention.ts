import {
  attention,
  attentionOfParts,
  init,
  joinedLinears,
  Linear,
  linear,
  type MaskBiasInputs,
  maskBias,
  mayFuse,
  OUT_IN,
  operationsPerStep,
  partsInSteps,
  positionedLinear,
  rowsInSteps,
  type Scope,
  type Steps,
  tidySteps,
  turnBefore,
} from '@seg/core';
import { A_DIM, expectConfig, expectDivisor, oneOf } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { queryOperations } from './query-operations.ts';

/** Queries of a step are a multiple of it, as the tiles of products are: of 4 rows, or of 6 by relaxed instructions. */
const QUERIES = 12;

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
  /** [N, C] or [B, N, C], added to the queries before their projection. Default: none */
  queryPosition?: tf.Tensor;
  /** [L, C] or [B, L, C], added to the keys before their projection. Default: none */
  keyPosition?: tf.Tensor;
  /** [B, N, L] added to the logits of every head: 0 where a query may look, a large negative number elsewhere */
  bias?: tf.Tensor3D;
  /** Logits of the mask that each query looks inside of, in a bias's place */
  mask?: MaskBiasInputs;
};

const CONFIG = { dim: A_DIM, numHeads: A_DIM, projections: oneOf('packed', 'split') };

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
    expectConfig('MultiHeadAttention', config, CONFIG, ['dim', 'numHeads']);
    expectDivisor('MultiHeadAttention', 'numHeads', config.dim, config.numHeads);
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
  forward(inputs: AttentionInputs): tf.Tensor3D {
    return tf.tidy(() => this.output.forward(this.gather(inputs)));
  }

  /** All of {@link forward} but the projection behind. @returns [B, N, C] */
  gather(inputs: AttentionInputs): tf.Tensor3D {
    return tf.tidy(() => (!this.scope.training && mayFuse() ? this.lookAtParts(inputs) : this.look(inputs)));
  }

  /** {@link gather} in steps, to the same bytes: where it is large, some rows of its products after the others. */
  *gatherSteps(inputs: AttentionInputs): Steps<tf.Tensor3D> {
    const [batch, numQueries, dim] = inputs.query.shape;
    const length = inputs.key.shape[1];
    const looking = numQueries * queryOperations(length, this.config);
    const operations = batch * (2 * dim * dim * (numQueries + 2 * length) + looking);
    if (operations > operationsPerStep()) return yield* tidySteps(this.lookInParts(inputs));
    yield* turnBefore(operations);
    return this.gather(inputs);
  }

  private *lookInParts({ query, key, value, ...inputs }: AttentionInputs): Steps<tf.Tensor3D> {
    const [batch, numQueries, dim] = query.shape;
    const heads = (x: tf.Tensor3D): tf.Tensor4D => tf.reshape(x, [batch, x.shape[1], this.config.numHeads, -1]);
    const project = (x: tf.Tensor3D, part: number) =>
      rowsInSteps(x, 2 * dim * dim, (rows) => this.project(rows as tf.Tensor3D, [part, part + 1]));
    const queries = yield* project(positioned(query, inputs.queryPosition), 0);
    const keys = heads(yield* project(positioned(key, inputs.keyPosition), 1));
    const values = heads(yield* project(value, 2));
    const limits = inputs.mask === undefined ? inputs.bias : maskBias(inputs.mask);
    const operations = batch * queryOperations(key.shape[1], this.config);
    const rows = { length: numQueries, operations, multiple: QUERIES };
    const parts = yield* partsInSteps(rows, (start, size) => {
      const some = <T extends tf.Tensor>(x: T): T => tf.slice(x, [0, start], [-1, size]);
      return attention(heads(some(queries)), keys, values, limits && some(limits));
    });
    return tf.reshape(tf.concat(parts, 1), query.shape);
  }

  private look({ query, key, value, queryPosition, keyPosition, bias, mask }: AttentionInputs): tf.Tensor3D {
    const { dim, numHeads } = this.config;
    const heads = (x: tf.Tensor3D, part: number): tf.Tensor4D =>
      tf.reshape(this.project(x, [part, part + 1]), [x.shape[0], x.shape[1], numHeads, dim / numHeads]);
    const queries = positioned(query, queryPosition);
    const keys = key === query && keyPosition === queryPosition ? queries : positioned(key, keyPosition);
    const limits = mask === undefined ? bias : maskBias(mask);
    return tf.reshape(attention(heads(queries, 0), heads(keys, 1), heads(value, 2), limits), query.shape); // [B, N, C]
  }

  /** {@link look} with one product for all that is made of the same tokens, which adds positions to whom they belong. */
  private lookAtParts(inputs: AttentionInputs): tf.Tensor3D {
    const { query, key, value, queryPosition, keyPosition, bias, mask } = inputs;
    const { dim, numHeads } = this.config;
    const of = (packed: Record<'query' | 'key' | 'value', tf.Tensor3D>, parts: [number, number, number]) =>
      attentionOfParts({ ...packed, bias, mask }, { numHeads, dim, parts });
    if (query === key && queryPosition === keyPosition) {
      const isSame = key === value;
      const both = this.project(query, [0, isSame ? 3 : 2], queryPosition, 2);
      return of({ query: both, key: both, value: isSame ? both : this.project(value, [2, 3]) }, [0, 1, isSame ? 2 : 0]);
    }
    const queries = this.project(query, [0, 1], queryPosition);
    if (key === value) {
      const both = this.project(key, [1, 3], keyPosition, 1);
      return of({ query: queries, key: both, value: both }, [0, 0, 1]);
    }
    const [keys, values] = [this.project(key, [1, 2], keyPosition), this.project(value, [2, 3])];
    return of({ query: queries, key: keys, value: values }, [0, 0, 0]);
  }

  /**
   * Projects tokens to some of queries, keys and values, side by side.
   *
   * @param parts First of these, and the one behind the last
   * @param position Added to the tokens before the first `seeing` parts. Default: none
   * @returns [B, L, parts · C]
   */
  private project(
    x: tf.Tensor3D,
    [from, to]: [number, number],
    position?: tf.Tensor,
    seeing: number = to - from,
  ): tf.Tensor3D {
    const [weight, bias] = this.projection(from, to);
    if (position === undefined) return linear(x, weight, bias);
    return positionedLinear({ x, position, weight, bias }, seeing * this.config.dim);
  }

  private projection(from: number, to: number): [weight: tf.Tensor, bias: tf.Tensor] {
    const { dim } = this.config;
    const count = to - from;
    if (this.split === undefined) {
      if (count === 3) return [this.packedWeight!, this.packedBias!];
      return this.scope.derive(`parts${from}${to}`, () => [
        tf.slice(this.packedWeight!, [0, from * dim], [dim, count * dim]),
        tf.slice(this.packedBias!, [from * dim], [count * dim]),
      ]);
    }
    const layers = this.split.slice(from, to);
    if (count === 1) return [layers[0].weight, layers[0].bias!];
    return joinedLinears(this.scope, `parts${from}${to}`, layers) as [tf.Tensor, tf.Tensor];
  }
}

function positioned(x: tf.Tensor3D, position: tf.Tensor | undefined): tf.Tensor3D {
  return position === undefined ? x : tf.add(x, position);
}
