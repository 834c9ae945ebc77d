import { type MaskPrediction, type ParamStore, runSteps, type Steps, tidySteps } from '@seg/core';
import { DetrDecoder, MaskFormerPixelDecoder } from '@seg/heads';
import type * as tf from '@tensorflow/tfjs-core';

import { type Backbone, buildBackbone } from '../../backbones/backbone.ts';
import type { MaskFormerConfig } from './config.ts';

/** MaskFormer: backbone, feature pyramid, DETR decoder. Cheng et al. 2021. Keys are those of Hugging Face's port. */
export class MaskFormer {
  readonly params: ParamStore;
  readonly config: MaskFormerConfig;
  readonly backbone: Backbone;
  readonly pixelDecoder: MaskFormerPixelDecoder;
  readonly decoder: DetrDecoder;

  constructor(params: ParamStore, config: MaskFormerConfig) {
    const { fpnDim, dim, maskDim, numHeads, ffnDim, numEncoderLayers, dropout } = config;
    const model = params.root.at('model');
    const pixelLevel = model.at('pixel_level_module');
    this.params = params;
    this.config = config;
    this.backbone = buildBackbone(pixelLevel.at('encoder'), withKeys(config));
    const inDims = this.backbone.dims;
    this.pixelDecoder = new MaskFormerPixelDecoder(pixelLevel.at('decoder'), {
      inDims,
      dim: fpnDim,
      maskDim,
      numEncoderLayers,
      numHeads,
      ffnDim,
      dropout,
    });
    this.decoder = new DetrDecoder(model.at('transformer_module'), params.root, {
      inDim: numEncoderLayers > 0 ? fpnDim : inDims[inDims.length - 1],
      dim,
      maskDim,
      numQueries: config.numQueries,
      numClasses: config.numClasses,
      numLayers: config.numDecoderLayers,
      numHeads,
      ffnDim,
      dropout,
      activation: config.activation,
    });
  }

  /** @param pixels [B, H, W, 3], normalized @returns The last prediction */
  forward(pixels: tf.Tensor4D): MaskPrediction {
    return runSteps(this.forwardSteps(pixels));
  }

  /** {@link forward} in steps: blocks of the backbone, pixel decoder, decoder. */
  forwardSteps(pixels: tf.Tensor4D): Steps<MaskPrediction> {
    return tidySteps(this.lastPrediction(pixels));
  }

  private *lastPrediction(pixels: tf.Tensor4D): Steps<MaskPrediction> {
    return (yield* this.predict(pixels, 'last'))[0];
  }

  /** One prediction per decoder layer, first to last: what training supervises. */
  forwardAll(pixels: tf.Tensor4D): MaskPrediction[] {
    return runSteps(tidySteps(this.predict(pixels, 'all')));
  }

  private *predict(pixels: tf.Tensor4D, which: 'all' | 'last'): Steps<MaskPrediction[]> {
    const features = yield* this.backbone.forwardSteps(pixels);
    for (const [i, map] of features.entries()) this.params.root.at('backbone').tap(map, `output.${i}`);
    yield;
    const { memory, maskFeatures } = yield* this.pixelDecoder.forwardSteps(features);
    yield;
    return yield* this.decoder.forwardSteps(memory, maskFeatures, which);
  }

  dispose(): void {
    this.params.dispose();
  }
}

function withKeys({ backbone }: MaskFormerConfig): MaskFormerConfig['backbone'] {
  return backbone.type === 'swin' ? { ...backbone, keys: 'maskformer' } : backbone;
}
