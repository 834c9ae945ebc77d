import { Conv2d, init, resizeBilinear, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { CategoryBranch } from './category-branch.ts';
import { ConvTower } from './conv-tower.ts';
import { withCoordinates } from './coordinates.ts';
import { MaskFeatureHead } from './mask-feature-head.ts';
import { onEach } from './on-each.ts';
import { rescaleLevels } from './rescale-levels.ts';
import type { SoloHeadConfig, SoloPrediction } from './solo-prediction.ts';

/** Sizes of SOLOv2's head. */
export type SoloV2HeadConfig = SoloHeadConfig & {
  /** Channels of kernels and mask features: E. */
  kernelDim: number;
  /** Channels of the mask features before they are summed. */
  maskFeatureDim: number;
};

/**
 * Head of SOLOv2: every cell predicts the 1×1 kernel that finds its object among the mask features. Wang et al. 2020
 * (SOLOv2), "Mask Kernel Branch". Keys are the authors', below `bbox_head` and `mask_feat_head`.
 */
export class SoloV2Head {
  readonly scope: Scope;
  readonly config: SoloV2HeadConfig;
  readonly categories: CategoryBranch;
  readonly kernelTower: ConvTower;
  readonly kernelOutput: Conv2d;
  readonly maskFeatures: MaskFeatureHead;

  /** @param maskScope Of the mask features */
  constructor(scope: Scope, maskScope: Scope, config: SoloV2HeadConfig) {
    expectSizes('SoloV2Head', config, [
      'inDim',
      'dim',
      'numLayers',
      'numClasses',
      'grids',
      'kernelDim',
      'maskFeatureDim',
    ]);
    const { inDim, dim, numLayers, kernelDim, maskFeatureDim } = config;
    this.scope = scope;
    this.config = config;
    this.categories = new CategoryBranch({ tower: scope.at('cate_convs'), output: scope.at('solo_cate') }, config);
    this.kernelTower = new ConvTower(scope.at('kernel_convs'), { inDim: inDim + 2, dim, numLayers });
    const output = { inDim: dim, outDim: kernelDim, kernel: 3, padding: 1, init: init.normal(0.01) };
    this.kernelOutput = new Conv2d(scope.at('solo_kernel'), output);
    this.maskFeatures = new MaskFeatureHead(maskScope, { inDim, dim: maskFeatureDim, outDim: kernelDim });
  }

  /** @param pyramid P2 to P6, [B, Hᵢ, Wᵢ, inDim] */
  forward(pyramid: tf.Tensor4D[]): SoloPrediction {
    return runSteps(this.forwardSteps(pyramid));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(pyramid: tf.Tensor4D[]): Steps<SoloPrediction> {
    return tidySteps(this.predict(pyramid));
  }

  private *predict(pyramid: tf.Tensor4D[]): Steps<SoloPrediction> {
    const levels = rescaleLevels(pyramid, this.scope);
    const { grids } = this.config;
    const categoryLogits = yield* this.categories.forwardLevelsSteps(levels, grids);
    const kernels = yield* onEach(levels, (level, i) => tidySteps(this.kernels(level, grids[i])));
    const features = yield* this.maskFeatures.forwardSteps(pyramid);
    return { categoryLogits, masks: { kind: 'dynamic-kernels', kernels, features } };
  }

  /** Coordinates are resized with the features: [B, H, W, inDim] → [B, S, S, E]. */
  private *kernels(level: tf.Tensor4D, grid: number): Steps<tf.Tensor4D> {
    const located = resizeBilinear(withCoordinates(level, 'xy'), [grid, grid]);
    return yield* this.kernelOutput.forwardSteps(yield* this.kernelTower.forwardSteps(located));
  }
}
