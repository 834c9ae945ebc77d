import { type ParamStore, runSteps, type Steps, tidySteps } from '@seg/core';
import { cellMaskLogits, FeaturePyramid, type LevelOfImage, type SoloPrediction } from '@seg/heads';
import type * as tf from '@tensorflow/tfjs-core';

import { type Backbone, buildBackbone } from '../../backbones/backbone.ts';
import type { SoloConfig } from './config.ts';
import { type AnySoloHead, createSoloHead } from './create-solo-head.ts';

/** P2 to P6: Wang et al. 2020 (SOLO) assign objects to five levels by size. */
const NUM_LEVELS = 5;

/**
 * SOLO, Decoupled SOLO, its Light form, and SOLOv2: backbone, feature pyramid and one head for all levels. Wang et al.
 * 2020 (SOLO), Wang et al. 2020 (SOLOv2). Keys of pyramid and head are the authors', those of the backbone Hugging
 * Face's.
 */
export class Solo {
  readonly params: ParamStore;
  readonly config: SoloConfig;
  readonly backbone: Backbone;
  readonly pyramid: FeaturePyramid;
  readonly head: AnySoloHead;

  constructor(params: ParamStore, config: SoloConfig) {
    this.params = params;
    this.config = config;
    this.backbone = buildBackbone(params.root.at('backbone'), config.backbone);
    this.pyramid = new FeaturePyramid(params.root.at('neck'), {
      inDims: this.backbone.dims,
      dim: config.fpnDim,
      numLevels: NUM_LEVELS,
    });
    this.head = createSoloHead(params.root, config);
  }

  /** @param pixels [B, H, W, 3], normalized, sides multiples of 32 */
  forward(pixels: tf.Tensor4D): SoloPrediction {
    return runSteps(this.forwardSteps(pixels));
  }

  /** {@link forward} in steps: blocks of the backbone, pyramid, head. */
  forwardSteps(pixels: tf.Tensor4D): Steps<SoloPrediction> {
    return tidySteps(this.predict(pixels));
  }

  private *predict(pixels: tf.Tensor4D): Steps<SoloPrediction> {
    const features = yield* this.backbone.forwardSteps(pixels);
    for (const [i, map] of features.entries()) this.params.root.at('backbone').tap(map, `output.${i}`);
    yield;
    const pyramid = yield* this.pyramid.forwardSteps(features);
    yield;
    return yield* this.head.forwardSteps(pyramid);
  }

  /** Mask logits of some cells, as training compares them with targets; see {@link cellMaskLogits}. */
  cellMaskLogits({ masks }: SoloPrediction, at: LevelOfImage, cells: Int32Array): tf.Tensor4D {
    return cellMaskLogits(masks, at, cells);
  }

  dispose(): void {
    this.params.dispose();
  }
}
