import { Conv2d, init, resizeBilinear, type Scope, type Steps, tidySteps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import { ConvTower } from './conv-tower.ts';
import { onEach } from './on-each.ts';

/** Bias at which a sigmoid starts at 0.01. Lin et al. 2017 (focal loss), section 4.1. */
export const RARE: number = -Math.log(0.99 / 0.01);

/** Sizes of the category branch of a SOLO. */
export type CategoryBranchConfig = { inDim: number; dim: number; numLayers: number; numClasses: number };

/** Class, if any, of the cells of a square grid over the image. Wang et al. 2020 (SOLO), "Semantic Category". */
export class CategoryBranch {
  readonly tower: ConvTower;
  readonly output: Conv2d;

  constructor(scopes: { tower: Scope; output: Scope }, config: CategoryBranchConfig) {
    const { dim, numClasses } = config;
    this.tower = new ConvTower(scopes.tower, config);
    this.output = new Conv2d(scopes.output, {
      inDim: dim,
      outDim: numClasses,
      kernel: 3,
      padding: 1,
      init: init.normal(0.01),
      biasInit: init.constant(RARE),
    });
  }

  /**
   * Layer by layer.
   *
   * @param level [B, H, W, inDim]
   * @param grid S, whatever the aspect of the level
   * @returns Logits [B, S, S, K]
   */
  forwardSteps(level: tf.Tensor4D, grid: number): Steps<tf.Tensor4D> {
    return tidySteps(this.layered(level, grid));
  }

  /** {@link forwardSteps} of each level with a grid of its own. */
  forwardLevelsSteps(levels: readonly tf.Tensor4D[], grids: readonly number[]): Steps<tf.Tensor4D[]> {
    return onEach(levels, (level, i) => this.forwardSteps(level, grids[i]));
  }

  private *layered(level: tf.Tensor4D, grid: number): Steps<tf.Tensor4D> {
    return yield* this.output.forwardSteps(yield* this.tower.forwardSteps(resizeBilinear(level, [grid, grid])));
  }
}
