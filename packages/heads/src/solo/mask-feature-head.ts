import { resizeBilinear, type Scope, ShapeError, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { ConvGroupNorm } from './conv-tower.ts';
import { withCoordinates } from './coordinates.ts';
import { onEach } from './on-each.ts';

/** Sizes of SOLOv2's mask feature branch. */
export type MaskFeatureHeadConfig = {
  /** Channels of the pyramid. */
  inDim: number;
  /** Channels before the levels are summed. */
  dim: number;
  /** Channels of the mask features. */
  outDim: number;
};

/** P2 to P5. */
const NUM_LEVELS = 4;

/**
 * The mask features of SOLOv2, one map for all levels: each brought to 1/4 by convolutions with upsampling between,
 * summed, projected. Wang et al. 2020 (SOLOv2), "Mask Feature Branch". Keys are the authors', below `mask_feat_head`.
 */
export class MaskFeatureHead {
  readonly scope: Scope;
  readonly levels: ConvGroupNorm[][];
  readonly projection: ConvGroupNorm;

  constructor(scope: Scope, { inDim, dim, outDim }: MaskFeatureHeadConfig) {
    this.scope = scope;
    this.levels = Array.from({ length: NUM_LEVELS }, (_, level) =>
      Array.from({ length: Math.max(1, level) }, (_, j) => {
        const first = level === NUM_LEVELS - 1 ? inDim + 2 : inDim;
        const at = scope.at('convs_all_levels', level, `conv${j}`);
        return new ConvGroupNorm(at, { inDim: j === 0 ? first : dim, outDim: dim });
      }),
    );
    this.projection = new ConvGroupNorm(scope.at('conv_pred', 0), { inDim: dim, outDim, kernel: 1 });
  }

  /**
   * Layer by layer.
   *
   * @param pyramid P2 to P5 and any coarser, [B, Hᵢ, Wᵢ, inDim]
   * @returns [B, H/4, W/4, outDim], not negative
   */
  forwardSteps(pyramid: tf.Tensor4D[]): Steps<tf.Tensor4D> {
    return tidySteps(this.layered(pyramid));
  }

  private *layered(pyramid: tf.Tensor4D[]): Steps<tf.Tensor4D> {
    const maps = yield* onEach(this.levels, (_, level) => tidySteps(this.atQuarter(pyramid[level], level)));
    expectOneSize(maps);
    const sum = maps.reduce((total, map) => tf.add<tf.Tensor4D>(total, map));
    yield;
    return this.scope.tap(yield* this.projection.forwardSteps(sum));
  }

  private *atQuarter(map: tf.Tensor4D, level: number): Steps<tf.Tensor4D> {
    let x = level === NUM_LEVELS - 1 ? withCoordinates(map, 'xy') : map;
    for (const layer of this.levels[level]) {
      const y = yield* layer.forwardSteps(x);
      x = level === 0 ? y : resizeBilinear(y, [2 * y.shape[1], 2 * y.shape[2]]);
      yield;
    }
    return x;
  }
}

/** Each level is doubled up to a quarter, as the authors do: the sizes meet where no side was rounded on its way down. */
function expectOneSize(maps: readonly tf.Tensor4D[]): void {
  const sizes = new Set(maps.map(({ shape: [, height, width] }) => `${height}x${width}`));
  if (sizes.size === 1) return;
  const found = [...sizes].join(', ');
  throw new ShapeError(`SOLOv2: expected an image whose sides are multiples of 32, got maps of ${found} at a quarter`);
}
