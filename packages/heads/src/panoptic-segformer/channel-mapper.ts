import { Conv2d, GroupNorm, init, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';

/** Channels of the backbone's maps, and of all maps behind the mapper. */
export type ChannelMapperConfig = {
  /** Channels of the maps at strides 8, 16, 32. */
  inDims: readonly number[];
  dim: number;
};

/**
 * Brings backbone maps to one width and adds a coarser one: 1×1 convolutions at strides 8, 16 and 32, and a strided
 * 3×3 convolution of the coarsest backbone map, not of its projection, to stride 64. Zhu et al. 2021 (Deformable DETR),
 * section A.4. No activation. Keys are those of mmdetection's module of that name.
 */
export class ChannelMapper {
  readonly scope: Scope;
  readonly levels: { scope: Scope; conv: Conv2d; norm: GroupNorm }[];

  constructor(scope: Scope, config: ChannelMapperConfig) {
    expectSizes('ChannelMapper', config, ['inDims', 'dim']);
    const { inDims, dim } = config;
    this.scope = scope;
    const level = (at: Scope, sizes: { inDim: number; kernel: number; stride?: number; padding?: number }) => ({
      scope: at,
      conv: new Conv2d(at.at('conv'), { ...sizes, outDim: dim, bias: false, init: init.xavierUniform }),
      norm: new GroupNorm(at.at('gn'), { dim }),
    });
    this.levels = [
      ...inDims.map((inDim, i) => level(scope.at('convs', i), { inDim, kernel: 1 })),
      level(scope.at('extra_convs', 0), { inDim: inDims[inDims.length - 1], kernel: 3, stride: 2, padding: 1 }),
    ];
  }

  /**
   * @param maps At strides 8, 16, 32: [B, H, W, inDims[i]]
   * @returns At strides 8, 16, 32, 64: [B, H, W, dim]
   */
  forward(maps: tf.Tensor4D[]): tf.Tensor4D[] {
    return runSteps(this.forwardSteps(maps));
  }

  /** {@link forward} level by level. */
  forwardSteps(maps: tf.Tensor4D[]): Steps<tf.Tensor4D[]> {
    return tidySteps(this.mapped(maps));
  }

  private *mapped(maps: tf.Tensor4D[]): Steps<tf.Tensor4D[]> {
    const mapped: tf.Tensor4D[] = [];
    for (const [i, { scope, conv, norm }] of this.levels.entries()) {
      if (i > 0) yield;
      const convolved = yield* conv.forwardSteps(maps[Math.min(i, maps.length - 1)]);
      mapped.push(scope.tap(norm.forward(convolved)));
    }
    return mapped;
  }
}
