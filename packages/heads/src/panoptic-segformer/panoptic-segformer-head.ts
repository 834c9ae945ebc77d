import { init, Linear, runSteps, type Scope, type Size, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { DeformableEncoder, type DeformableLayerConfig, type EncodedLevels } from './deformable-encoder.ts';
import type { BatchPadding } from './level-padding.ts';
import { LocationDecoder, type Locations } from './location-decoder.ts';
import { MaskDecoder, type MaskDecoderState } from './mask-decoder.ts';

/** Sizes of the whole head. */
export type PanopticSegFormerHeadConfig = DeformableLayerConfig & {
  numEncoderLayers: number;
  numLocationLayers: number;
  numThingQueries: number;
  numThingClasses: number;
  numStuffClasses: number;
  /** Blocks of the mask decoder of things; there is a tail more. */
  numThingBlocks: number;
  numStuffBlocks: number;
};

/** Tokens of the levels that have masks: strides 8, 16, 32. */
export type MaskMemory = {
  /** [B, L, C] */
  memory: tf.Tensor3D;
  levels: Size[];
};

/** Everything before the mask decoders. */
export type Located = { locations: Locations; maskMemory: MaskMemory };

/** Logit of a probability of 0.01. */
const PRIOR_LOGIT = -Math.log(99);

/**
 * Head of Panoptic SegFormer: an encoder of four levels; thing queries that learn locations first; a mask decoder for
 * them, and one for the fixed queries of the stuff classes. Li et al. 2022, section 3. Keys are the authors', below
 * `bbox_head`.
 */
export class PanopticSegFormerHead {
  readonly scope: Scope;
  readonly encoder: DeformableEncoder;
  readonly locationDecoder: LocationDecoder;
  readonly thingDecoder: MaskDecoder;
  readonly stuffDecoder: MaskDecoder;
  readonly stuffTable: tf.Variable<tf.Rank.R2>; // [S, 2C]: content, then position: the other way round than the thing queries'
  readonly stuffHeads: Linear[];

  constructor(scope: Scope, config: PanopticSegFormerHeadConfig) {
    expectSizes('PanopticSegFormerHead', config, [
      'dim',
      'numHeads',
      'numLevels',
      'numPoints',
      'ffnDim',
      'dropout',
      'numEncoderLayers',
      'numLocationLayers',
      'numThingQueries',
      'numThingClasses',
      'numStuffClasses',
      'numThingBlocks',
      'numStuffBlocks',
    ]);
    const { dim, numStuffClasses, numStuffBlocks } = config;
    this.scope = scope;
    this.encoder = new DeformableEncoder(scope.at('transformer'), { ...config, numLayers: config.numEncoderLayers });
    this.locationDecoder = new LocationDecoder(scope, {
      ...config,
      numLayers: config.numLocationLayers,
      numQueries: config.numThingQueries,
      numClasses: config.numThingClasses,
    });
    const blocks = { dim, numHeads: config.numHeads, ffnDim: config.ffnDim };
    this.thingDecoder = new MaskDecoder(scope.at('things_mask_head'), {
      ...blocks,
      numBlocks: config.numThingBlocks,
      selfAttention: false,
    });
    this.stuffDecoder = new MaskDecoder(scope.at('stuff_mask_head'), {
      ...blocks,
      numBlocks: numStuffBlocks,
      selfAttention: true,
    });
    this.stuffTable = scope.at('stuff_query').param('weight', [numStuffClasses, 2 * dim], init.normal(1));
    const weights = { weight: init.torchDefault, bias: init.constant(PRIOR_LOGIT) };
    this.stuffHeads = Array.from(
      { length: numStuffBlocks },
      (_, i) => new Linear(scope.at('cls_stuff_branches', i), { inDim: dim, outDim: 1, init: weights }),
    );
  }

  /**
   * @param maps At strides 8, 16, 32, 64: [B, H, W, C]
   * @param padding Which part of the batch is image. Default: all. Boxes are shares of the image; the mask decoders
   * see padding too, as the authors' do
   * @param which Predictions of locations that are read. Default: all
   */
  locate(maps: tf.Tensor4D[], padding?: BatchPadding, which: 'all' | 'last' = 'all'): Located {
    return runSteps(this.locateSteps(maps, padding, which));
  }

  /** {@link locate} layer by layer. */
  locateSteps(maps: tf.Tensor4D[], padding?: BatchPadding, which: 'all' | 'last' = 'all'): Steps<Located> {
    return tidySteps(this.located(maps, padding, which));
  }

  private *located(maps: tf.Tensor4D[], padding: BatchPadding | undefined, which: 'all' | 'last'): Steps<Located> {
    const encoded = yield* this.encoder.forwardSteps(maps, padding);
    const locations = yield* this.locationDecoder.forwardSteps(encoded, which);
    return { locations, maskMemory: maskMemory(encoded) };
  }

  /** @param queries [B, N, C] location-aware @param numLayers See {@link MaskDecoder.forwardLast} */
  things(queries: tf.Tensor3D, memory: MaskMemory, numLayers?: number): MaskDecoderState {
    return runSteps(this.thingsSteps(queries, memory, numLayers));
  }

  /** {@link things} layer by layer. */
  thingsSteps(queries: tf.Tensor3D, memory: MaskMemory, numLayers?: number): Steps<MaskDecoderState> {
    return this.thingDecoder.forwardLastSteps({ queries, ...memory }, numLayers);
  }

  /** All layers of the thing queries, the tail last. */
  allThings(queries: tf.Tensor3D, memory: MaskMemory): MaskDecoderState[] {
    return this.thingDecoder.forward({ queries, ...memory });
  }

  /**
   * One query per stuff class.
   *
   * @returns Logits of their presence [B, S], and masks [B, H, W, S]
   */
  stuff(memory: MaskMemory, numLayers?: number): StuffPrediction {
    return runSteps(this.stuffSteps(memory, numLayers));
  }

  /** {@link stuff} layer by layer. */
  stuffSteps(memory: MaskMemory, numLayers?: number): Steps<StuffPrediction> {
    return tidySteps(this.lastStuff(memory, numLayers));
  }

  private *lastStuff(memory: MaskMemory, numLayers: number | undefined): Steps<StuffPrediction> {
    const state = yield* this.stuffDecoder.forwardLastSteps(this.stuffInputs(memory), numLayers);
    const layer = Math.min(numLayers ?? Number.POSITIVE_INFINITY, this.stuffHeads.length) - 1;
    return { logits: this.stuffLogits(state, layer), masks: state.masks };
  }

  /** Logits of the blocks, and masks of the blocks and the tail. The tail has no logits of its own. */
  allStuff(memory: MaskMemory): { logits: tf.Tensor2D[]; masks: tf.Tensor4D[] } {
    return tf.tidy(() => {
      const states = this.stuffDecoder.forward(this.stuffInputs(memory));
      const logits = this.stuffHeads.map((_, i) => this.stuffLogits(states[i], i));
      return { logits, masks: states.map(({ masks }) => masks) };
    });
  }

  private stuffInputs({ memory, levels }: MaskMemory) {
    const [content, position] = this.scope.derive('stuff_halves', () => tf.split<tf.Tensor2D>(this.stuffTable, 2, 1));
    return {
      queries: tf.tile(tf.expandDims(content, 0), [memory.shape[0], 1, 1]) as tf.Tensor3D,
      position,
      memory,
      levels,
    };
  }

  private stuffLogits({ queries }: MaskDecoderState, layer: number): tf.Tensor2D {
    const logits = this.scope.at('stuff_logits').tap(this.stuffHeads[layer].forward(queries), `${layer}`);
    return tf.squeeze(logits, [2]);
  }
}

/** Presence and masks of all stuff classes. */
export type StuffPrediction = {
  /** [B, S] */
  logits: tf.Tensor2D;
  /** [B, H, W, S] at stride 8 */
  masks: tf.Tensor4D;
};

/** Without the coarsest level. */
function maskMemory({ tokens, levels }: EncodedLevels): MaskMemory {
  const finer = levels.slice(0, -1);
  const length = finer.reduce((sum, [height, width]) => sum + height * width, 0);
  return { memory: tf.slice(tokens, [0, 0, 0], [-1, length, -1]), levels: finer };
}
