import { type MaskPrediction, type ParamStore, runSteps, type Steps, tidySteps } from '@seg/core';
import { DeformablePixelDecoder, MaskedDecoder, type UnprojectedFeatures } from '@seg/heads';
import * as tf from '@tensorflow/tfjs-core';

import { type Backbone, buildBackbone } from '../../backbones/backbone.ts';
import type { Mask2FormerConfig } from './config.ts';

/**
 * Mask2Former: backbone, deformable pixel decoder, masked-attention decoder. Cheng et al. 2022. Keys are those of
 * Hugging Face's published checkpoints; detectron2's load through {@link MASK2FORMER_ORIGINAL_KEYS}.
 */
export class Mask2Former {
  readonly params: ParamStore;
  readonly config: Mask2FormerConfig;
  readonly backbone: Backbone;
  readonly pixelDecoder: DeformablePixelDecoder;
  readonly decoder: MaskedDecoder;

  constructor(params: ParamStore, config: Mask2FormerConfig) {
    const { dim, maskDim, numHeads } = config;
    const model = params.root.at('model');
    const pixelLevel = model.at('pixel_level_module');
    this.params = params;
    this.config = config;
    this.backbone = buildBackbone(pixelLevel.at('encoder'), config.backbone);
    this.pixelDecoder = new DeformablePixelDecoder(pixelLevel.at('decoder'), {
      inDims: this.backbone.dims,
      dim,
      maskDim,
      numHeads,
      numPoints: config.numPoints,
      numLayers: config.numEncoderLayers,
      ffnDim: config.encoderFfnDim,
      numPyramidSteps: config.numPyramidSteps,
    });
    this.decoder = new MaskedDecoder(model.at('transformer_module'), params.root.at('class_predictor'), {
      dim,
      maskDim,
      numHeads,
      numQueries: config.numQueries,
      numClasses: config.numClasses,
      numLayers: config.numDecoderLayers,
      ffnDim: config.decoderFfnDim,
      numLevels: this.backbone.dims.length - 1,
      activation: config.activation,
      preNorm: config.preNorm,
    });
  }

  /**
   * @param pixels [B, H, W, 3], normalized; H and W multiples of 32
   * @returns The last prediction
   */
  forward(pixels: tf.Tensor4D): MaskPrediction {
    return runSteps(this.forwardSteps(pixels));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(pixels: tf.Tensor4D): Steps<MaskPrediction> {
    return tidySteps(this.lastPrediction(pixels));
  }

  private *lastPrediction(pixels: tf.Tensor4D): Steps<MaskPrediction> {
    const features = yield* tidySteps(this.unprojected(pixels));
    return yield* this.decoder.forwardLastSteps(features, this.pixelDecoder.maskProjection);
  }

  private *unprojected(pixels: tf.Tensor4D): Steps<UnprojectedFeatures> {
    return yield* this.pixelDecoder.forwardUnprojectedSteps(yield* this.features(pixels));
  }

  /** All numDecoderLayers + 1 predictions, first to last: what training supervises. */
  forwardAll(pixels: tf.Tensor4D): MaskPrediction[] {
    return tf.tidy(() => {
      const features = tf.tidy(() => this.pixelDecoder.forward(runSteps(this.features(pixels))));
      return this.decoder.forward(features);
    });
  }

  private *features(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    const features = yield* this.backbone.forwardSteps(pixels);
    for (const [i, map] of features.entries()) this.params.root.at('backbone').tap(map, `output.${i}`);
    return features;
  }

  dispose(): void {
    this.params.dispose();
  }
}
