import { EncoderLayer, sinePosition } from '@seg/attention';
import { Conv2d, init, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { type NormedConv, normedConv, normedConvSteps, pyramidSumSteps } from './normed-conv.ts';

/** Sizes of MaskFormer's pixel decoder. */
export type MaskFormerPixelDecoderConfig = {
  /** Channels of the backbone's maps at strides 4, 8, 16, 32. */
  inDims: readonly number[];
  dim: number;
  maskDim: number;
  /** Layers of the transformer encoder on the coarsest map; 0 for the plain pyramid. */
  numEncoderLayers: number;
  numHeads: number;
  ffnDim: number;
  dropout: number;
};

/** Output of MaskFormer's pixel decoder, input of the query decoder. */
export type MaskFormerPixels = {
  /** Memory of the query decoder, at 1/32: the backbone's map, or the encoder's. [B, H, W, C] */
  memory: tf.Tensor4D;
  /** Per-pixel embedding at 1/4: [B, H, W, maskDim] */
  maskFeatures: tf.Tensor4D;
};

/**
 * Pixel decoder of MaskFormer: a feature pyramid with nearest upsampling, on the coarsest map or on a transformer
 * encoder over it ("6 Enc"). Cheng et al. 2021, section 3.4 and appendix. Keys are those of Hugging Face's port, which
 * has no encoder; the encoder's stand beside them.
 */
export class MaskFormerPixelDecoder {
  readonly scope: Scope;
  readonly config: MaskFormerPixelDecoderConfig;
  readonly inputProjection: Conv2d | undefined;
  readonly encoder: EncoderLayer[];
  readonly stem: NormedConv;
  readonly steps: { lateral: NormedConv; smooth: NormedConv }[]; // to 1/16, 1/8, 1/4
  readonly maskProjection: Conv2d;

  constructor(scope: Scope, config: MaskFormerPixelDecoderConfig) {
    expectSizes('MaskFormerPixelDecoder', config, [
      'inDims',
      'dim',
      'maskDim',
      'numEncoderLayers',
      'numHeads',
      'ffnDim',
      'dropout',
    ]);
    const { inDims, dim, maskDim, numEncoderLayers, numHeads, ffnDim, dropout } = config;
    const coarsest = inDims[inDims.length - 1];
    const hasEncoder = numEncoderLayers > 0;
    this.scope = scope;
    this.config = config;
    this.inputProjection = hasEncoder
      ? new Conv2d(scope.at('input_projection'), { inDim: coarsest, outDim: dim, kernel: 1 })
      : undefined;
    this.encoder = Array.from(
      { length: numEncoderLayers },
      (_, i) => new EncoderLayer(scope.at('encoder', 'layers', i), { dim, numHeads, ffnDim, dropout }),
    );
    const fpn = scope.at('fpn');
    this.stem = normedConv(fpn.at('stem'), { inDim: hasEncoder ? dim : coarsest, outDim: dim, kernel: 3 });
    this.steps = inDims
      .slice(0, -1)
      .reverse()
      .map((inDim, i) => ({
        lateral: normedConv(fpn.at('layers', i, 'proj'), { inDim, outDim: dim, kernel: 1 }),
        smooth: normedConv(fpn.at('layers', i, 'block'), { inDim: dim, outDim: dim, kernel: 3 }),
      }));
    const projection = { inDim: dim, outDim: maskDim, kernel: 3, padding: 1, init: init.fanInUniform };
    this.maskProjection = new Conv2d(scope.at('mask_projection'), projection);
  }

  /** @param features The backbone's maps at strides 4, 8, 16, 32 */
  forward(features: tf.Tensor4D[]): MaskFormerPixels {
    return runSteps(this.forwardSteps(features));
  }

  /** {@link forward} in steps: layers of the encoder, levels of the pyramid. */
  forwardSteps(features: tf.Tensor4D[]): Steps<MaskFormerPixels> {
    return tidySteps(this.decode(features));
  }

  private *decode(features: tf.Tensor4D[]): Steps<MaskFormerPixels> {
    const memory = yield* this.encode(features[features.length - 1]);
    let y = this.scope.at('fpn').tap(yield* normedConvSteps(this.stem, memory), 'stem');
    for (const i of this.steps.keys()) {
      yield;
      y = yield* tidySteps(this.finer(features[features.length - 2 - i], y, i));
    }
    yield;
    return { memory, maskFeatures: this.scope.tap(yield* this.maskProjection.forwardSteps(y), 'mask_projection') };
  }

  /** One step of the pyramid. */
  private *finer(map: tf.Tensor4D, coarser: tf.Tensor4D, i: number): Steps<tf.Tensor4D> {
    const { lateral, smooth } = this.steps[i];
    const at = this.scope.at('fpn', 'layers', i);
    const summed = yield* pyramidSumSteps(lateral, at.at('proj'), map, coarser, 'nearest');
    yield;
    return at.tap(yield* normedConvSteps(smooth, summed), 'output');
  }

  private *encode(map: tf.Tensor4D): Steps<tf.Tensor4D> {
    if (this.inputProjection === undefined) return map;
    const projected = yield* this.inputProjection.forwardSteps(map);
    const [batch, height, width, dim] = projected.shape;
    const position = sinePosition(height, width, { dim });
    let tokens: tf.Tensor3D = tf.reshape(projected, [batch, height * width, dim]);
    for (const layer of this.encoder) {
      tokens = yield* layer.forwardSteps(tokens, position);
      yield;
    }
    return tf.reshape(tokens, [batch, height, width, dim]);
  }
}
