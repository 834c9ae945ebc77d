import { KerasConvNorm } from '@seg/attention';
import { dropout, resizeBilinear, type Scope, type Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { SeparableConv } from './separable-conv.ts';

/** Sizes of the semantic branch of MaX-DeepLab-S. */
export type SemanticDecoderConfig = {
  /** Channels of the map at stride 16. */
  inDim: number;
  /** Channels of the maps that are fused in, at strides 8 and 4. */
  lowLevelDims: readonly [number, number];
  /** Channels they are reduced to. Published: 64 and 32. */
  reducedDims: readonly [number, number];
  dim: number;
};

/** Dilations of the three 3×3 convolutions of the pyramid. */
const RATES = [6, 12, 18];
/** deeplab2's rate in the pyramid's projection. */
const DROPOUT = 0.1;

/**
 * Semantic branch of MaX-DeepLab-S: atrous spatial pyramid pooling, and two fusions with maps of higher resolution.
 * Chen et al. 2018 (DeepLabv3+), section 3.1, with the 5×5 separable convolutions of Panoptic-DeepLab.
 */
export class SemanticDecoder {
  readonly scope: Scope;
  readonly aspp: Scope;
  readonly branches: KerasConvNorm[];
  readonly pooled: KerasConvNorm;
  readonly projection: KerasConvNorm;
  readonly lowLevel: KerasConvNorm[];
  readonly fusions: SeparableConv[];

  constructor(scope: Scope, config: SemanticDecoderConfig) {
    expectSizes('SemanticDecoder', config, ['inDim', 'lowLevelDims', 'reducedDims', 'dim']);
    const { inDim, lowLevelDims, reducedDims, dim } = config;
    const aspp = scope.at('_aspp');
    const conv = (at: Scope, from: number, to: number, kernel = 1, dilation = 1) =>
      new KerasConvNorm(at, { inDim: from, outDim: to, kernel, dilation });
    this.scope = scope;
    this.aspp = aspp;
    this.branches = [
      conv(aspp.at('_conv_bn_act'), inDim, dim),
      ...RATES.map((rate, i) => conv(aspp.at(`_aspp_conv${i + 1}`, '_conv_bn_act'), inDim, dim, 3, rate)),
    ];
    this.pooled = conv(aspp.at('_aspp_pool', '_conv_bn_act'), inDim, dim);
    this.projection = conv(aspp.at('_proj_conv_bn_act'), dim * (RATES.length + 2), dim);
    this.lowLevel = lowLevelDims.map((from, i) => conv(scope.at(`_low_level_conv${i + 1}`), from, reducedDims[i]));
    this.fusions = reducedDims.map((reduced, i) => {
      const fusion = scope.at(`_fusion_conv${i + 1}`, '_conv1_bn_act');
      return new SeparableConv(fusion, { inDim: dim + reduced, outDim: dim });
    });
  }

  /**
   * @param x [B, h, w, in] at stride 16
   * @param lowLevel Maps at strides 8 and 4
   * @returns [B, 4h − 3, 4w − 3, dim] at stride 4
   */
  forward(x: tf.Tensor4D, lowLevel: readonly [tf.Tensor4D, tf.Tensor4D]): tf.Tensor4D {
    return tf.tidy(() => {
      const pyramid = dropout(this.scope, this.pyramid(x), DROPOUT);
      const fused = lowLevel.reduce((y, map, i) => {
        const upsampled = resizeBilinear(y, [map.shape[1], map.shape[2]], { alignCorners: true });
        const reduced = this.lowLevel[i].forward(map, 'relu');
        return this.fusions[i].forward(tf.concat([upsampled, reduced], 3));
      }, pyramid);
      return this.scope.tap(fused);
    });
  }

  private pyramid(x: tf.Tensor4D): tf.Tensor4D {
    const size: Size = [x.shape[1], x.shape[2]];
    const mean = tf.mean<tf.Tensor4D>(x, [1, 2], true); // the pooling window is the grid of the crop
    const pooled = resizeBilinear(this.pooled.forward(mean, 'relu'), size, { alignCorners: true });
    const branches = this.branches.map((branch) => branch.forward(x, 'relu'));
    return this.aspp.tap(this.projection.forward(tf.concat([...branches, pooled], 3), 'relu'));
  }
}
