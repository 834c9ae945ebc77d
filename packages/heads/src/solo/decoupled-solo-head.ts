import { Conv2d, init, resizeBilinear, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { CategoryBranch, RARE } from './category-branch.ts';
import { ConvTower } from './conv-tower.ts';
import { withCoordinates } from './coordinates.ts';
import { onEach } from './on-each.ts';
import { rescaleLevels } from './rescale-levels.ts';
import type { RowColumnMasks, SoloHeadConfig, SoloPrediction } from './solo-prediction.ts';

/** Sizes of a Decoupled SOLO's head. */
export type DecoupledSoloHeadConfig = SoloHeadConfig & {
  /**
   * `separate`: columns see x and rows see y, each through its own tower. `shared`: both see the same tower over x and
   * y, as the Light models.
   */
  towers: 'separate' | 'shared';
};

/**
 * Head of Decoupled SOLO: a mask is the product of a map of its column and a map of its row, 2·S channels in place of
 * S². Wang et al. 2020, "Decoupled SOLO". Keys are the authors', below `bbox_head`.
 */
export class DecoupledSoloHead {
  readonly scope: Scope;
  readonly config: DecoupledSoloHeadConfig;
  readonly categories: CategoryBranch;
  /** One, or that of the columns and that of the rows. */
  readonly towers: ConvTower[];
  readonly columns: Conv2d[];
  readonly rows: Conv2d[];

  constructor(scope: Scope, config: DecoupledSoloHeadConfig) {
    expectSizes('DecoupledSoloHead', config, ['inDim', 'dim', 'numLayers', 'numClasses', 'grids', 'towers']);
    const { inDim, dim, numLayers, grids, towers } = config;
    this.scope = scope;
    this.config = config;
    this.towers =
      towers === 'shared'
        ? [new ConvTower(scope.at('ins_convs'), { inDim: inDim + 2, dim, numLayers })]
        : ['ins_convs_x', 'ins_convs_y'].map(
            (name) => new ConvTower(scope.at(name), { inDim: inDim + 1, dim, numLayers }),
          );
    this.columns = grids.map((grid, i) => maps(scope.at('dsolo_ins_list_x', i), dim, grid));
    this.rows = grids.map((grid, i) => maps(scope.at('dsolo_ins_list_y', i), dim, grid));
    this.categories = new CategoryBranch({ tower: scope.at('cate_convs'), output: scope.at('dsolo_cate') }, config);
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
    const masks = yield* onEach(levels, (level, i) => tidySteps(this.maskLevel(level, i)));
    return { categoryLogits, masks: { kind: 'row-column', levels: masks } };
  }

  private *maskLevel(level: tf.Tensor4D, i: number): Steps<RowColumnMasks['levels'][number]> {
    const maps = yield* this.features(level);
    const [columns, rows] = maps.map((map) => resizeBilinear(map, [2 * map.shape[1], 2 * map.shape[2]]));
    const columnMaps = yield* this.columns[i].forwardSteps(columns);
    return { columns: columnMaps, rows: yield* this.rows[i].forwardSteps(rows) };
  }

  /** Features of the columns, and of the rows. */
  private *features(level: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    const { towers } = this;
    if (this.config.towers === 'shared') {
      const both = yield* towers[0].forwardSteps(withCoordinates(level, 'xy'));
      return [both, both];
    }
    const columns = yield* towers[0].forwardSteps(withCoordinates(level, 'x'));
    return [columns, yield* towers[1].forwardSteps(withCoordinates(level, 'y'))];
  }
}

function maps(scope: Scope, inDim: number, grid: number): Conv2d {
  const initial = { init: init.normal(0.01), biasInit: init.constant(RARE) };
  return new Conv2d(scope, { inDim, outDim: grid, kernel: 3, padding: 1, ...initial });
}
