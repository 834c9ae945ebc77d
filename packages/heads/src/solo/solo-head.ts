import { Conv2d, init, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { CategoryBranch, RARE } from './category-branch.ts';
import { ConvTower } from './conv-tower.ts';
import { withCoordinates } from './coordinates.ts';
import { onEach } from './on-each.ts';
import { rescaleLevels } from './rescale-levels.ts';
import type { FixedKernelMasks, SoloHeadConfig, SoloPrediction } from './solo-prediction.ts';

/**
 * Head of SOLO: one mask channel for every cell of the grid, channel i·S + j for row i and column j. Wang et al. 2020,
 * "Instance Mask". Keys are the authors', below `bbox_head`.
 */
export class SoloHead {
  readonly scope: Scope;
  readonly config: SoloHeadConfig;
  readonly categories: CategoryBranch;
  readonly masks: ConvTower;
  readonly outputs: Conv2d[];

  constructor(scope: Scope, config: SoloHeadConfig) {
    expectSizes('SoloHead', config, ['inDim', 'dim', 'numLayers', 'numClasses', 'grids']);
    const { inDim, dim, numLayers, grids } = config;
    this.scope = scope;
    this.config = config;
    this.masks = new ConvTower(scope.at('ins_convs'), { inDim: inDim + 2, dim, numLayers });
    this.outputs = grids.map(
      (grid, i) =>
        new Conv2d(scope.at('solo_ins_list', i), {
          inDim: dim,
          outDim: grid * grid,
          kernel: 1,
          init: init.normal(0.01),
          biasInit: init.constant(RARE),
        }),
    );
    this.categories = new CategoryBranch({ tower: scope.at('cate_convs'), output: scope.at('solo_cate') }, config);
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
    const categoryLogits = yield* this.categories.forwardLevelsSteps(levels, this.config.grids);
    const masks = yield* onEach(levels, (level, i) => this.maskLevel(level, i));
    return { categoryLogits, masks: { kind: 'fixed-kernels', levels: masks } };
  }

  private *maskLevel(level: tf.Tensor4D, i: number): Steps<FixedKernelMasks['levels'][number]> {
    const { filter, bias } = this.outputs[i]; // [1, 1, C, S²], [S²]
    return {
      features: yield* this.masks.forwardSteps(withCoordinates(level, 'xy')),
      kernels: tf.reshape(filter, filter.shape.slice(2) as [number, number]),
      biases: tf.clone(bias as tf.Tensor as tf.Tensor1D),
    };
  }
}
