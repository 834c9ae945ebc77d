import { ReducedAttention } from '@seg/attention';
import {
  Conv2d,
  depthwiseSteps,
  dropPath,
  gelu,
  init,
  LayerNorm,
  Linear,
  permuted,
  recomputeSteps,
  rowsInSteps,
  runSteps,
  type Scope,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { type FieldsOf, listOf, optional, PART, SIZE, SOME_LAYERS } from '../description/check-fields.ts';
import { expectPixels } from './expect-pixels.ts';

/** Sizes of a PVTv2. Wang et al. 2022, Table 1. */
export type PvtV2Config = {
  type: 'pvt-v2';
  /** Channels of each stage. */
  dims: readonly number[];
  depths: readonly number[];
  numHeads: readonly number[];
  /** Hidden channels of the feed-forward network over the stage's own. */
  mlpRatios: readonly number[];
  /** Side of the squares of tokens that become one key and value. */
  reductions: readonly number[];
  /** Largest probability of dropping a block in training; it grows from 0 linearly. Default: 0.1. */
  dropPath?: number;
};

/** A check for each field of PvtV2Config in a file. */
export const PVT_V2_FIELDS: FieldsOf<Omit<PvtV2Config, 'type'>> = {
  dims: listOf(SIZE, 4),
  depths: listOf(SOME_LAYERS, 4),
  numHeads: listOf(SIZE, 4),
  mlpRatios: listOf(SIZE, 4),
  reductions: listOf(SIZE, 4),
  dropPath: optional(PART),
};

/** Wang et al. 2022 (PVT v2), Table 1. */
export const PVT_V2_B0: PvtV2Config = {
  type: 'pvt-v2',
  dims: [32, 64, 160, 256],
  depths: [2, 2, 2, 2],
  numHeads: [1, 2, 5, 8],
  mlpRatios: [8, 8, 4, 4],
  reductions: [8, 4, 2, 1],
};
/** Wang et al. 2022 (PVTv2), Table 1. */
export const PVT_V2_B2: PvtV2Config = { ...PVT_V2_B0, dims: [64, 128, 320, 512], depths: [3, 4, 6, 3] };
/** Wang et al. 2022 (PVTv2), Table 1. */
export const PVT_V2_B5: PvtV2Config = { ...PVT_V2_B2, depths: [3, 6, 40, 3], mlpRatios: [4, 4, 4, 4] };

/** Epsilon 1e-6 of the norms in and behind the blocks, as the authors' code has it; those of patch embedding and reduction have PyTorch's 1e-5. */
const EPSILON = 1e-6;

/** Floating point operations in the time of an activation: a bias and a GELU. */
const ACTIVATION = 128;

/**
 * Pyramid Vision Transformer v2 as a backbone for dense prediction: overlapping patches, attention with reduced keys,
 * feed-forward networks with a depthwise convolution that tell positions. Wang et al. 2022. Keys are the authors'.
 */
export class PvtV2 {
  readonly scope: Scope;
  readonly stages: PvtStage[];
  readonly dims: readonly number[];

  constructor(scope: Scope, config: PvtV2Config) {
    this.scope = scope;
    this.dims = config.dims;
    this.stages = config.dims.map((_, i) => new PvtStage(scope, config, i));
  }

  /**
   * @param pixels [B, H, W, 3]
   * @returns One normed map per stage at strides 4, 8, 16, 32
   */
  forward(pixels: tf.Tensor4D): tf.Tensor4D[] {
    return runSteps(this.forwardSteps(pixels));
  }

  /** {@link forward} block by block. */
  forwardSteps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    expectPixels('PvtV2.forward', pixels);
    return tidySteps(this.maps(pixels));
  }

  private *maps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    const maps: tf.Tensor4D[] = [];
    for (const stage of this.stages) maps.push(yield* tidySteps(stage.forwardSteps(maps.at(-1) ?? pixels)));
    return maps;
  }
}

/** A patch embedding, blocks at its resolution, and a norm. The next stage reads the normed map. */
class PvtStage {
  readonly embedScope: Scope;
  readonly embed: Conv2d;
  readonly embedNorm: LayerNorm;
  readonly blocks: PvtBlock[];
  readonly norm: LayerNorm;

  constructor(scope: Scope, config: PvtV2Config, index: number) {
    const dim = config.dims[index];
    const patch = index === 0 ? { kernel: 7, stride: 4, padding: 3 } : { kernel: 3, stride: 2, padding: 1 };
    this.embedScope = scope.at(`patch_embed${index + 1}`);
    this.embed = new Conv2d(this.embedScope.at('proj'), {
      ...patch,
      inDim: index === 0 ? 3 : config.dims[index - 1],
      outDim: dim,
      init: init.kaimingNormal,
    });
    this.embedNorm = new LayerNorm(this.embedScope.at('norm'), { dim });
    const dropRates = dropRatesOf(config, index);
    this.blocks = dropRates.map((dropRate, j) => {
      const hiddenDim = dim * config.mlpRatios[index];
      const sizes = { dim, hiddenDim, numHeads: config.numHeads[index], reduction: config.reductions[index] };
      return new PvtBlock(scope.at(`block${index + 1}`, j), { ...sizes, dropRate });
    });
    this.norm = new LayerNorm(scope.at(`norm${index + 1}`), { dim, epsilon: EPSILON });
  }

  /** @param x [B, H, W, in] @returns [B, ⌈H/s⌉, ⌈W/s⌉, dim] */
  *forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    let y = this.embedScope.tap(this.embedNorm.forward(yield* this.embed.forwardSteps(x)));
    for (const block of this.blocks) {
      yield;
      y = yield* recomputeSteps(block.scope, (map) => block.forwardSteps(map as tf.Tensor4D), [y]);
    }
    yield;
    return this.norm.forward(y);
  }
}

/** Of the blocks of one stage: from 0 at the first block of all to `dropPath` at the last. */
function dropRatesOf({ depths, dropPath: largest = 0.1 }: PvtV2Config, index: number): number[] {
  const before = depths.slice(0, index).reduce((sum, depth) => sum + depth, 0);
  const total = depths.reduce((sum, depth) => sum + depth, 0);
  return Array.from({ length: depths[index] }, (_, j) => (largest * (before + j)) / Math.max(1, total - 1));
}

type PvtBlockConfig = { dim: number; hiddenDim: number; numHeads: number; reduction: number; dropRate: number };

/** Attention and a convolutional feed-forward network, each behind a norm and beside a skip. PVT v2, section 3. */
class PvtBlock {
  readonly scope: Scope;
  readonly dropRate: number;
  readonly attentionNorm: LayerNorm;
  readonly attention: ReducedAttention;
  readonly feedForwardNorm: LayerNorm;
  readonly feedForward: ConvFeedForward;

  constructor(scope: Scope, { dim, hiddenDim, numHeads, reduction, dropRate }: PvtBlockConfig) {
    this.scope = scope;
    this.dropRate = dropRate;
    this.attentionNorm = new LayerNorm(scope.at('norm1'), { dim, epsilon: EPSILON });
    this.attention = new ReducedAttention(scope.at('attn'), { dim, numHeads, reduction });
    this.feedForwardNorm = new LayerNorm(scope.at('norm2'), { dim, epsilon: EPSILON });
    this.feedForward = new ConvFeedForward(scope.at('mlp'), dim, hiddenDim);
  }

  /** @param x [B, H, W, C] */
  *forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    const drop = (branch: tf.Tensor4D): tf.Tensor4D => dropPath(this.scope, branch, this.dropRate);
    const attention = yield* this.attention.forwardSteps(this.attentionNorm.forward(x));
    const attended = tf.add<tf.Tensor4D>(x, drop(attention));
    yield;
    const mixed = yield* this.feedForward.forwardSteps(this.feedForwardNorm.forward(attended));
    return this.scope.tap(tf.add<tf.Tensor4D>(attended, drop(mixed)));
  }
}

/** W₂ gelu(DWConv(W₁ x)): the zeros around the 3×3 depthwise convolution tell positions. PVT v2, section 3.2. */
class ConvFeedForward {
  readonly expand: Linear;
  readonly filter: tf.Variable<tf.Rank.R4>; // [3, 3, hidden, 1]
  readonly bias: tf.Variable<tf.Rank.R1>; // [hidden]
  readonly contract: Linear;

  constructor(scope: Scope, dim: number, hiddenDim: number) {
    const weights = { weight: init.truncatedNormal(0.02), bias: init.zeros };
    const depthwise = scope.at('dwconv', 'dwconv');
    this.expand = new Linear(scope.at('fc1'), { inDim: dim, outDim: hiddenDim, init: weights });
    // stored [hidden, 1, 3, 3]; √(2 / fan out) with a fan out of 9
    this.filter = depthwise.param('weight', [3, 3, hiddenDim, 1], init.normal(Math.sqrt(2 / 9)), {
      stored: permuted([2, 3, 0, 1]),
    });
    this.bias = depthwise.param('bias', [hiddenDim], init.zeros);
    this.contract = new Linear(scope.at('fc2'), { inDim: hiddenDim, outDim: dim, init: weights });
  }

  /** @param x [B, H, W, C] */
  forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return tidySteps(this.mixed(x));
  }

  private *mixed(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    const hidden = yield* this.expand.forwardSteps(x);
    const mixed = yield* depthwiseSteps(hidden, this.filter);
    const operations = 2 * this.contract.weight.size + ACTIVATION * mixed.shape[3];
    return yield* rowsInSteps(mixed, operations, (rows) => this.contract.forward(gelu(tf.add(rows, this.bias))));
  }
}
