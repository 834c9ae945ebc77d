import { cellCenters, DeformableAttention, FeedForward, sinePosition, sinePositions } from '@seg/attention';
import {
  dropping,
  init,
  LayerNorm,
  type LinearBranch,
  mayFuse,
  recomputeSteps,
  runSteps,
  type Scope,
  type Size,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import {
  type BatchPadding,
  type LevelPadding,
  levelPadding,
  paddedCellCenters,
  paddedPositions,
  validCells,
} from './level-padding.ts';

/** Sizes of a layer of deformable attention. */
export type DeformableLayerConfig = {
  dim: number;
  numHeads: number;
  numLevels: number;
  numPoints: number;
  ffnDim: number;
  /** In training, on each branch. */
  dropout: number;
};

/** Output of the encoder: tokens of all levels, one level after the other, fine to coarse. */
export type EncodedLevels = {
  /** [B, S, C] with S = Σ H·W */
  tokens: tf.Tensor3D;
  /** Height and width of each level */
  levels: Size[];
  /** Padding of the batch; absent if there is none. */
  padding?: LevelPadding;
};

/**
 * Deformable self-attention over all tokens of all levels. Zhu et al. 2021, section 4.1. Keys are mmdetection's
 * transformer's: `level_embeds` and `encoder.layers`.
 */
export class DeformableEncoder {
  readonly scope: Scope;
  readonly levelEmbedding: tf.Variable<tf.Rank.R2>; // [levels, C]
  readonly layers: DeformableEncoderLayer[];

  /** @param scope Of the transformer */
  constructor(scope: Scope, { numLayers, ...config }: DeformableLayerConfig & { numLayers: number }) {
    this.scope = scope;
    this.levelEmbedding = scope.param('level_embeds', [config.numLevels, config.dim], init.normal(1));
    this.layers = Array.from(
      { length: numLayers },
      (_, i) => new DeformableEncoderLayer(scope.at('encoder', 'layers', i), config),
    );
  }

  /**
   * @param maps Fine to coarse, [B, H, W, C] each
   * @param padding Which part of the batch is image. Default: all
   */
  forward(maps: tf.Tensor4D[], padding?: BatchPadding): EncodedLevels {
    return runSteps(this.forwardSteps(maps, padding));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(maps: tf.Tensor4D[], padding?: BatchPadding): Steps<EncodedLevels> {
    return tidySteps(this.encode(maps, padding));
  }

  private *encode(maps: tf.Tensor4D[], padding: BatchPadding | undefined): Steps<EncodedLevels> {
    const levels = maps.map((map): Size => [map.shape[1], map.shape[2]]);
    const [batch, , , dim] = maps[0].shape;
    let tokens = tf.concat(maps.map((map) => tf.reshape(map, [batch, -1, dim]) as tf.Tensor3D), 1); // biome-ignore format: one step
    const cells = padding && validCells(padding, levels);
    const known = cells && levelPadding(cells, levels);
    const position = this.positions(levels, dim, cells);
    const reference = cells && known ? paddedCellCenters(cells, levels, known) : cellCenters(levels);
    for (const layer of this.layers) {
      tokens = yield* layer.forwardSteps({ tokens, position, reference, levels, valid: known?.valid });
      yield;
    }
    return { tokens, levels, ...(known && { padding: known }) };
  }

  /**
   * Sine position with its half-cell offset, plus the embedding of the level: only queries see it.
   *
   * @returns [S, C], or [B, S, C] where images are padded
   */
  private positions(levels: Size[], dim: number, cells?: Size[][]): tf.Tensor {
    if (!cells && mayFuse() && this.scope.store.observer === null) {
      return sinePositions(levels, { dim, offset: -0.5 }, this.levelEmbedding);
    }
    return tf.tidy(() => {
      const embeddings = tf.split(this.levelEmbedding, levels.length, 0);
      const perLevel = levels.map((level, i) => {
        if (cells) return tf.add(paddedPositions(cells, level, i, dim), embeddings[i]);
        const sine = sinePosition(...level, { dim, offset: -0.5 });
        this.scope.at('positional_encoding').tap(tf.reshape(sine, [1, ...level, dim]), `level${i}`);
        return tf.add(sine, embeddings[i]);
      });
      return tf.concat(perLevel, cells ? 1 : 0);
    });
  }
}

type EncoderLayerInputs = {
  tokens: tf.Tensor3D; // [B, S, C]
  position: tf.Tensor; // [S, C] or [B, S, C]
  reference: tf.Tensor4D;
  levels: Size[];
  valid: tf.Tensor2D | undefined; // [B, S]
};

/** Deformable self-attention and a feed-forward network, post-norm. */
class DeformableEncoderLayer {
  readonly scope: Scope;
  readonly dropoutRate: number;
  readonly attention: DeformableAttention;
  readonly feedForward: FeedForward;
  readonly norms: LayerNorm[];

  constructor(scope: Scope, config: DeformableLayerConfig) {
    const { dim, numHeads, numLevels, numPoints, ffnDim, dropout: rate } = config;
    this.scope = scope;
    this.dropoutRate = rate;
    this.attention = new DeformableAttention(scope.at('attentions', 0), { dim, numHeads, numLevels, numPoints });
    this.feedForward = mmcvFeedForward(scope, dim, ffnDim, rate);
    this.norms = [0, 1].map((i) => new LayerNorm(scope.at('norms', i), { dim }));
  }

  forwardSteps({ levels, ...inputs }: EncoderLayerInputs): Steps<tf.Tensor3D> {
    const layered = (...[tokens, position, reference, valid]: tf.Tensor[]) =>
      this.layered({ tokens, position, reference, levels, valid } as EncoderLayerInputs);
    const { tokens, position, reference, valid } = inputs;
    return recomputeSteps(this.scope, layered, [tokens, position, reference, ...(valid ? [valid] : [])]);
  }

  private *layered(inputs: EncoderLayerInputs): Steps<tf.Tensor3D> {
    const drop = dropping<tf.Tensor3D>(this.scope, this.dropoutRate);
    const attended = yield* tidySteps(this.attended(inputs, drop));
    yield;
    const { scope, feedForward, norms } = this;
    if (mayFuse()) {
      const refining = { hidden: feedForward.hidden(attended), last: feedForward.contract, drop };
      return scope.tap(norms[1].forwardSumOf(attended, refining));
    }
    const branch = yield* feedForward.forwardSteps(attended);
    return scope.tap(norms[1].forwardSum(attended, drop?.(branch) ?? branch));
  }

  private *attended(
    { tokens, position, reference, levels, valid }: EncoderLayerInputs,
    drop: LinearBranch<tf.Tensor3D>['drop'],
  ): Steps<tf.Tensor3D> {
    const looking = { query: tokens, queryPosition: position, value: tokens, reference, levels, valid };
    const hidden = yield* this.attention.gatherSteps(looking);
    const branch = { hidden, last: this.attention.output, drop };
    return yield* normOfSumSteps(this.scope.at('attentions.0'), this.norms[0], tokens, branch);
  }
}

/** Layer norm of x and a branch that ends in a linear layer. An observer at `at` sees their sum, as the authors' code has it. */
export function* normOfSumSteps(
  at: Scope,
  norm: LayerNorm,
  x: tf.Tensor3D,
  branch: LinearBranch<tf.Tensor3D>,
): Steps<tf.Tensor3D> {
  if (at.store.observer === null) return yield* norm.forwardSumOfSteps(x, branch);
  const made = branch.last.forward(branch.hidden);
  return norm.forward(at.tap(tf.add<tf.Tensor3D>(x, branch.drop?.(made) ?? made)));
}

/** A feed-forward network under mmcv's keys. */
export function mmcvFeedForward(scope: Scope, dim: number, hiddenDim: number, rate: number): FeedForward {
  return new FeedForward(scope.at('ffns', 0), { dim, hiddenDim, names: ['layers.0.0', 'layers.1'], dropout: rate });
}
