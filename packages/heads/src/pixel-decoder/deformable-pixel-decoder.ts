import { cellCenters, DeformableAttention, FeedForward, sinePosition, sinePositions } from '@seg/attention';
import {
  Conv2d,
  GroupNorm,
  init,
  LayerNorm,
  mayFuse,
  recomputeSteps,
  runSteps,
  type Scope,
  type Size,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { type NormedConv, normedConv, normedConvSteps, pyramidSumSteps } from './normed-conv.ts';

/** Sizes of Mask2Former's pixel decoder. */
export type DeformablePixelDecoderConfig = {
  /** Channels of the backbone's maps at strides 4, 8, 16, 32. */
  inDims: readonly number[];
  dim: number;
  /** Channels of the per-pixel embedding. */
  maskDim: number;
  numLayers: number;
  numHeads: number;
  numPoints: number;
  ffnDim: number;
  /** Steps of the pyramid behind the encoder, from stride 8 to 4 and further. Default: 1, as published. */
  numPyramidSteps?: number;
};

/** Output of a pixel decoder, input of the query decoder. */
export type PixelFeatures = {
  /** Three maps for the query decoder, from 1/32 to 1/8: [B, H, W, dim] */
  multiScale: tf.Tensor4D[];
  /** Per-pixel embedding at 1/4: [B, H, W, maskDim] */
  maskFeatures: tf.Tensor4D;
};

/** As {@link PixelFeatures}, with the map that the per-pixel embedding is projected from in its place. */
export type UnprojectedFeatures = {
  multiScale: tf.Tensor4D[];
  /** [B, H, W, dim] at 1/4 */
  unprojected: tf.Tensor4D;
};

/**
 * Pixel decoder of Mask2Former: deformable self-attention over the maps at 1/32, 1/16 and 1/8, then one step of a
 * feature pyramid to 1/4. Cheng et al. 2022, section 3.2.1 and appendix. Keys are those of Hugging Face's port.
 */
export class DeformablePixelDecoder {
  readonly scope: Scope;
  readonly config: DeformablePixelDecoderConfig;
  readonly projections: { conv: Conv2d; norm: GroupNorm }[]; // 1/32, 1/16, 1/8
  readonly levelEmbedding: tf.Variable<tf.Rank.R2>; // [3, C]
  readonly layers: DeformableLayer[];
  readonly steps: { lateral: NormedConv; smooth: NormedConv }[]; // of the finest map first, as their keys count
  readonly maskProjection: Conv2d;

  constructor(scope: Scope, config: DeformablePixelDecoderConfig) {
    expectSizes(
      'DeformablePixelDecoder',
      config,
      ['inDims', 'dim', 'maskDim', 'numLayers', 'numHeads', 'numPoints', 'ffnDim'],
      ['numPyramidSteps'],
    );
    const { inDims, dim, maskDim, numLayers, numPyramidSteps = 1 } = config;
    const [, ...coarser] = inDims;
    this.scope = scope;
    this.config = config;
    this.projections = coarser.reverse().map((inDim, i) => ({
      conv: new Conv2d(scope.at('input_projections', i, 0), {
        inDim,
        outDim: dim,
        kernel: 1,
        init: init.xavierUniform,
      }),
      norm: new GroupNorm(scope.at('input_projections', i, 1), { dim }),
    }));
    this.levelEmbedding = scope.param('level_embed', [this.projections.length, dim], init.normal(1));
    this.layers = Array.from(
      { length: numLayers },
      (_, i) => new DeformableLayer(scope.at('encoder', 'layers', i), config),
    );
    this.steps = inDims.slice(0, numPyramidSteps).map((inDim, i) => ({
      lateral: normedConv(scope.at(`adapter_${i + 1}`), { inDim, outDim: dim, kernel: 1 }),
      smooth: normedConv(scope.at(`layer_${i + 1}`), { inDim: dim, outDim: dim, kernel: 3 }),
    }));
    this.maskProjection = new Conv2d(scope.at('mask_projection'), {
      inDim: dim,
      outDim: maskDim,
      kernel: 1,
      init: init.fanInUniform,
    });
  }

  /** @param features The backbone's maps at strides 4, 8, 16, 32 */
  forward(features: tf.Tensor4D[]): PixelFeatures {
    return tf.tidy(() => {
      const { multiScale, unprojected } = this.forwardUnprojected(features);
      const maskFeatures = this.scope.tap(this.maskProjection.forward(unprojected), 'mask_projection');
      return { multiScale, maskFeatures };
    });
  }

  /** {@link forward} without its last convolution, for who can apply it to fewer vectors than there are pixels. */
  forwardUnprojected(features: tf.Tensor4D[]): UnprojectedFeatures {
    return runSteps(this.forwardUnprojectedSteps(features));
  }

  /** {@link forwardUnprojected} layer by layer. */
  forwardUnprojectedSteps(features: tf.Tensor4D[]): Steps<UnprojectedFeatures> {
    return tidySteps(this.unprojected(features));
  }

  private *unprojected(features: tf.Tensor4D[]): Steps<UnprojectedFeatures> {
    const [, ...rest] = features;
    const multiScale = yield* tidySteps(this.encode(rest.reverse()));
    let unprojected = multiScale[multiScale.length - 1];
    for (let i = this.steps.length - 1; i >= 0; i--) {
      yield;
      unprojected = yield* tidySteps(this.smoothed(features[i], unprojected, i));
    }
    return { multiScale, unprojected };
  }

  private *encode(maps: tf.Tensor4D[]): Steps<tf.Tensor4D[]> {
    const { dim } = this.config;
    const levels = maps.map((map): Size => [map.shape[1], map.shape[2]]);
    let tokens = yield* tidySteps(this.project(maps)); // [B, S, C]
    yield;
    const position = this.positions(levels); // [S, C]
    yield;
    const reference = cellCenters(levels);
    for (const layer of this.layers) {
      yield;
      const next = yield* layer.forwardSteps({ tokens, position, reference, levels });
      if (!this.scope.training) tokens.dispose();
      tokens = next;
    }
    const lengths = levels.map(([height, width]) => height * width);
    return tf.split(tokens, lengths, 1).map((part, i) => {
      const map: tf.Tensor4D = tf.reshape(part, [part.shape[0], ...levels[i], dim]);
      return this.scope.tap(map, `multi_scale.${i}`);
    });
  }

  private *project(maps: tf.Tensor4D[]): Steps<tf.Tensor3D> {
    const tokens: tf.Tensor[] = [];
    for (const [i, { conv, norm }] of this.projections.entries()) {
      yield;
      const projected = norm.forward(yield* conv.forwardSteps(maps[i]));
      this.scope.tap(projected, `input_projections.${i}`);
      tokens.push(tf.reshape(projected, [projected.shape[0], -1, this.config.dim]));
    }
    return tf.concat(tokens, 1) as tf.Tensor3D;
  }

  /** Sine position plus the embedding of the level: only queries see it. @returns [S, C] */
  private positions(levels: Size[]): tf.Tensor2D {
    const { dim } = this.config;
    if (mayFuse()) return sinePositions(levels, { dim }, this.levelEmbedding);
    return tf.tidy(() => {
      const rows = () => tf.split(this.levelEmbedding, levels.length, 0);
      const embeddings = this.scope.derive('levels', rows);
      const perLevel = levels.map(([height, width], i) =>
        tf.add<tf.Tensor2D>(sinePosition(height, width, { dim }), embeddings[i]),
      );
      return tf.concat(perLevel, 0);
    });
  }

  /** One step of the feature pyramid, bilinear. */
  private *smoothed(map: tf.Tensor4D, coarser: tf.Tensor4D, step: number): Steps<tf.Tensor4D> {
    const { scope } = this;
    const { lateral, smooth } = this.steps[step];
    const summed = yield* pyramidSumSteps(lateral, scope.at(`adapter_${step + 1}`), map, coarser, 'bilinear');
    yield;
    return scope.tap(yield* normedConvSteps(smooth, summed), `layer_${step + 1}`);
  }
}

type DeformableLayerInputs = {
  tokens: tf.Tensor3D; // [B, S, C]
  position: tf.Tensor2D; // [S, C]
  reference: tf.Tensor4D;
  levels: Size[];
};

/** Deformable self-attention and a feed-forward network, post-norm. Zhu et al. 2021, section 4.1. */
class DeformableLayer {
  readonly scope: Scope;
  readonly attention: DeformableAttention;
  readonly attentionNorm: LayerNorm;
  readonly feedForward: FeedForward;
  readonly finalNorm: LayerNorm;

  constructor(scope: Scope, { dim, numHeads, numPoints, ffnDim, inDims }: DeformablePixelDecoderConfig) {
    this.scope = scope;
    this.attention = new DeformableAttention(scope.at('self_attn'), {
      dim,
      numHeads,
      numPoints,
      numLevels: inDims.length - 1,
    });
    this.attentionNorm = new LayerNorm(scope.at('self_attn_layer_norm'), { dim });
    this.feedForward = new FeedForward(scope, { dim, hiddenDim: ffnDim });
    this.finalNorm = new LayerNorm(scope.at('final_layer_norm'), { dim });
  }

  forwardSteps({ levels, ...inputs }: DeformableLayerInputs): Steps<tf.Tensor3D> {
    const layered = (...[tokens, position, reference]: tf.Tensor[]) =>
      this.layered({ tokens, position, reference, levels } as DeformableLayerInputs);
    return recomputeSteps(this.scope, layered, [inputs.tokens, inputs.position, inputs.reference]);
  }

  private *layered(inputs: DeformableLayerInputs): Steps<tf.Tensor3D> {
    const attended = yield* tidySteps(this.attended(inputs));
    yield;
    const { scope, feedForward, finalNorm } = this;
    if (mayFuse()) {
      const refining = { hidden: feedForward.hidden(attended), last: feedForward.contract };
      return scope.tap(finalNorm.forwardSumOf(attended, refining));
    }
    return scope.tap(finalNorm.forwardSum(attended, yield* feedForward.forwardSteps(attended)));
  }

  private *attended({ tokens, position, reference, levels }: DeformableLayerInputs): Steps<tf.Tensor3D> {
    const looking = { query: tokens, queryPosition: position, value: tokens, reference, levels };
    const { attention, attentionNorm, scope } = this;
    if (mayFuse() && scope.store.observer === null) {
      const hidden = yield* attention.gatherSteps(looking);
      return attentionNorm.forwardSumOf(tokens, { hidden, last: attention.output });
    }
    const gathered = yield* attention.forwardSteps(looking);
    return attentionNorm.forwardSum(tokens, scope.tap(gathered, 'self_attn'));
  }
}
