import { type MaskPrediction, type ParamStore, runSteps, Scope, type Steps, tidySteps } from '@seg/core';
import {
  MaxDeepLabHead,
  type MaxDeepLabHeadInputs,
  type MaxDeepLabMasks,
  SemanticDecoder,
  SemanticHead,
} from '@seg/heads';
import * as tf from '@tensorflow/tfjs-core';

import type { MaxDeepLabConfig } from './config.ts';
import { MaxEncoder, type MaxFeatures } from './max-encoder.ts';

/** All that training supervises: masks, classes, pixel features, and semantic logits [B, h, w, K + 1] with void first. */
export type MaxDeepLabPrediction = MaxDeepLabMasks & { semanticLogits: tf.Tensor4D };

/** Channels that the semantic decoder reduces maps at strides 8 and 4 to. */
const REDUCED_DIMS = [64, 32] as const;

/**
 * MaX-DeepLab: a dual-path network whose memory becomes masks and classes. Wang et al. 2021. Keys are the object paths of
 * deeplab2's checkpoints.
 */
export class MaxDeepLab {
  readonly params: ParamStore;
  readonly config: MaxDeepLabConfig;
  readonly root: Scope;
  readonly encoder: MaxEncoder;
  readonly head: MaxDeepLabHead;
  readonly semanticDecoder: SemanticDecoder | undefined;
  readonly semanticHead: SemanticHead;

  constructor(params: ParamStore, config: MaxDeepLabConfig) {
    const { encoder, memoryDim, headDim, embeddingDim, numClasses } = config;
    const [, pixelDim, middleDim, , inDim] = encoder.dims;
    this.params = params;
    this.config = config;
    this.root = new Scope(params, '', '/');
    this.encoder = new MaxEncoder(this.root.at('encoder'), encoder, config);
    this.head = new MaxDeepLabHead(this.root, { pixelDim, memoryDim, headDim, embeddingDim, numClasses });
    const hasDecoder = config.semanticBranch === 'aspp';
    if (hasDecoder) {
      const dims = { inDim, lowLevelDims: [middleDim, pixelDim], reducedDims: REDUCED_DIMS, dim: headDim } as const;
      this.semanticDecoder = new SemanticDecoder(this.root.at('semantic_decoder'), dims);
    }
    this.semanticHead = new SemanticHead(this.root, {
      inDim: hasDecoder ? headDim : pixelDim,
      dim: headDim,
      numClasses,
    });
  }

  /** @param pixels [B, 16h + 1, 16w + 1, 3] in −1..1 @returns Masks at stride 4, without what only training needs */
  forward(pixels: tf.Tensor4D): MaskPrediction {
    return runSteps(this.forwardSteps(pixels));
  }

  /** {@link forward} block by block. */
  forwardSteps(pixels: tf.Tensor4D): Steps<MaskPrediction> {
    return tidySteps(this.predict(pixels));
  }

  private *predict(pixels: tf.Tensor4D): Steps<MaskPrediction> {
    const features = yield* this.encoder.forwardSteps(pixels);
    yield;
    const { classLogits, maskLogits } = yield* this.head.forwardSteps(this.headInputs(features));
    return { classLogits, maskLogits };
  }

  /** The same, with all that training supervises. */
  forwardAll(pixels: tf.Tensor4D): MaxDeepLabPrediction {
    return tf.tidy(() => {
      const features = this.encoder.forward(pixels);
      return { ...this.head.forward(this.headInputs(features)), semanticLogits: this.semanticLogits(features) };
    });
  }

  private headInputs({ highResolution, classFeature, maskFeature }: MaxFeatures): MaxDeepLabHeadInputs {
    const panoptic = this.root.at('endpoint').tap(highResolution[highResolution.length - 1], 'feature_panoptic');
    return { panoptic, classFeature, maskFeature };
  }

  private semanticLogits({ stages, highResolution }: MaxFeatures): tf.Tensor4D {
    const { res2, res3, res5 } = stages;
    const { backboneStacks } = this.config.encoder;
    const source = this.semanticDecoder ? res5 : highResolution[backboneStacks.count];
    const feature = this.root.at('endpoint').tap(source, 'feature_semantic');
    return this.semanticHead.forward(this.semanticDecoder?.forward(feature, [res3, res2]) ?? feature);
  }

  dispose(): void {
    this.params.dispose();
  }
}
