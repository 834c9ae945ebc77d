import { runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { MaskAttention, type MaskAttentionInputs } from './mask-attention.ts';
import { MaskDecoderBlock, type MaskDecoderBlockConfig } from './mask-decoder-block.ts';

/** Sizes of a mask decoder. */
export type MaskDecoderConfig = MaskDecoderBlockConfig & {
  /** Blocks that refine queries; the tail comes on top. */
  numBlocks: number;
};

/** Input of the mask decoder. */
export type MaskDecoderInputs = MaskAttentionInputs & {
  /** [N, C] added to the queries before every block and before the tail; it stays in them. */
  position?: tf.Tensor2D;
};

/** Prediction of one layer of the mask decoder. */
export type MaskDecoderState = {
  /** Behind the block; for the tail, behind the last block: [B, N, C] */
  queries: tf.Tensor3D;
  /** [B, H, W, N] at stride 8, not negative, above ½ is inside */
  masks: tf.Tensor4D;
};

/**
 * Mask decoder of Panoptic SegFormer: blocks that refine queries, each with masks of its own, and a tail that makes the
 * final masks. Things and stuff have one each. Li et al. 2022, "Mask Decoder". Keys are the authors'.
 */
export class MaskDecoder {
  readonly scope: Scope;
  readonly blocks: MaskDecoderBlock[];
  readonly tail: MaskAttention;

  constructor(scope: Scope, whole: MaskDecoderConfig) {
    expectSizes('MaskDecoder', whole, ['dim', 'numHeads', 'ffnDim', 'selfAttention', 'numBlocks']);
    const { numBlocks, ...config } = whole;
    this.scope = scope;
    this.blocks = Array.from({ length: numBlocks }, (_, i) => new MaskDecoderBlock(scope.at('blocks', i), config));
    this.tail = new MaskAttention(scope.at('attnen'), config);
  }

  /** All layers, the tail last: what training supervises. @returns numBlocks + 1 states */
  forward(inputs: MaskDecoderInputs): MaskDecoderState[] {
    return tf.tidy(() => {
      let { queries } = inputs;
      const states = this.blocks.map((block) => {
        const state = runSteps(block.forwardSteps(positioned(inputs, queries), true)) as MaskDecoderState;
        queries = state.queries;
        return state;
      });
      return [...states, { queries, masks: runSteps(tidySteps(this.tailMasks(inputs, queries))) }];
    });
  }

  /**
   * One layer's state, computing no more than it needs. Masks of the first two layers are nearly as good as the
   * tail's, in the paper's ablation of mask layers: PQ 48.8 and 49.5 against 49.6.
   *
   * @param numLayers How many layers to run, from 1 on; more than there are blocks means all and the tail
   * @throws RangeError where `numLayers` is less than 1
   */
  forwardLast(inputs: MaskDecoderInputs, numLayers?: number): MaskDecoderState {
    return runSteps(this.forwardLastSteps(inputs, numLayers));
  }

  /** {@link forwardLast} layer by layer. */
  forwardLastSteps(inputs: MaskDecoderInputs, numLayers = Number.POSITIVE_INFINITY): Steps<MaskDecoderState> {
    if (!(numLayers >= 1)) throw new RangeError(`${this.scope.path}: expected at least 1 layer, got ${numLayers}`);
    return tidySteps(this.decodeLast(inputs, numLayers));
  }

  private *decodeLast(inputs: MaskDecoderInputs, numLayers: number): Steps<MaskDecoderState> {
    let { queries } = inputs;
    for (const [i, block] of this.blocks.entries()) {
      const isLast = i + 1 === numLayers;
      const state = yield* block.forwardSteps(positioned(inputs, queries), isLast);
      if (isLast) return state as MaskDecoderState;
      queries = state.queries;
      yield;
    }
    return { queries, masks: yield* tidySteps(this.tailMasks(inputs, queries)) };
  }

  private *tailMasks(inputs: MaskDecoderInputs, queries: tf.Tensor3D): Steps<tf.Tensor4D> {
    const last = positioned(inputs, queries);
    const logits = yield* this.tail.logitsSteps(last);
    yield;
    return this.tail.masks(logits, last.levels);
  }
}

function positioned({ position, memory, levels }: MaskDecoderInputs, queries: tf.Tensor3D): MaskAttentionInputs {
  return { queries: position === undefined ? queries : tf.add<tf.Tensor3D>(queries, position), memory, levels };
}
