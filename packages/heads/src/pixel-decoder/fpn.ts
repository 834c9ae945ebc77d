import {
  Conv2d,
  init,
  maxPool,
  resizeNearest,
  runSteps,
  type Scope,
  type Size,
  type Steps,
  tidySteps,
} from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';

/** Sizes of a feature pyramid. Lin et al. 2017. */
export type FeaturePyramidConfig = {
  /** Channels of the backbone's maps, finest first. */
  inDims: readonly number[];
  /** Channels of every level. */
  dim: number;
  /** Levels in all; those beyond the backbone's are every second pixel of the level before. */
  numLevels: number;
};

/**
 * Feature pyramid: 1×1 laterals without norm or activation, summed top-down with nearest upsampling, smoothed by 3×3
 * convolutions. Lin et al. 2017 (FPN), section 3; the extra levels as in section 4.1, footnote 2. Keys are mmdetection's.
 */
export class FeaturePyramid {
  readonly scope: Scope;
  readonly config: FeaturePyramidConfig;
  readonly laterals: Conv2d[];
  readonly outputs: Conv2d[];

  constructor(scope: Scope, config: FeaturePyramidConfig) {
    expectSizes('FeaturePyramid', config, ['inDims', 'dim', 'numLevels']);
    const { inDims, dim } = config;
    this.scope = scope;
    this.config = config;
    this.laterals = inDims.map(
      (inDim, i) =>
        new Conv2d(scope.at('lateral_convs', i, 'conv'), { inDim, outDim: dim, kernel: 1, init: init.xavierUniform }),
    );
    const smooth = { inDim: dim, outDim: dim, kernel: 3, padding: 1, init: init.xavierUniform };
    this.outputs = inDims.map((_, i) => new Conv2d(scope.at('fpn_convs', i, 'conv'), smooth));
  }

  /**
   * @param features The backbone's maps, finest first: [B, Hᵢ, Wᵢ, inDims[i]]
   * @returns `numLevels` maps, finest first: [B, Hᵢ, Wᵢ, dim]
   */
  forward(features: tf.Tensor4D[]): tf.Tensor4D[] {
    return runSteps(this.forwardSteps(features));
  }

  /** {@link forward} level by level. */
  forwardSteps(features: tf.Tensor4D[]): Steps<tf.Tensor4D[]> {
    return tidySteps(this.smoothed(features));
  }

  private *smoothed(features: tf.Tensor4D[]): Steps<tf.Tensor4D[]> {
    const levels: tf.Tensor4D[] = [];
    for (const [i, map] of (yield* tidySteps(this.topDown(features))).entries()) {
      levels.push(yield* this.outputs[i].forwardSteps(map));
    }
    while (levels.length < this.config.numLevels) {
      levels.push(maxPool(levels[levels.length - 1], { size: 1, strides: 2 }));
    }
    return levels.map((level, i) => this.scope.tap(level, `output.${i}`));
  }

  /** Laterals, each with the coarser sum laid over it. */
  private *topDown(features: tf.Tensor4D[]): Steps<tf.Tensor4D[]> {
    const sums: tf.Tensor4D[] = [];
    for (const [i, map] of [...features.entries()].reverse()) {
      const size: Size = [map.shape[1], map.shape[2]];
      const coarser = sums[0] && resizeNearest(sums[0], size);
      yield;
      sums.unshift(yield* this.laterals[i].forwardSumSteps(map, coarser));
    }
    return sums;
  }
}
