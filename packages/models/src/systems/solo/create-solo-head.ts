import type { Scope, Steps } from '@seg/core';
import { DecoupledSoloHead, SoloHead, type SoloPrediction, SoloV2Head } from '@seg/heads';
import type * as tf from '@tensorflow/tfjs-core';

import type { SoloConfig } from './config.ts';

/** A pyramid in, P2 to P6, a prediction out. */
export type AnySoloHead = {
  forward(pyramid: tf.Tensor4D[]): SoloPrediction;
  /** {@link forward} layer by layer. */
  forwardSteps(pyramid: tf.Tensor4D[]): Steps<SoloPrediction>;
};

/** The head that a config names, its parameters below `bbox_head` and `mask_feat_head` of `root`. */
export function createSoloHead(root: Scope, config: SoloConfig): AnySoloHead {
  const { fpnDim, headDim, numHeadLayers, numClasses, grids } = config;
  const common = { inDim: fpnDim, dim: headDim, numLayers: numHeadLayers, numClasses, grids };
  const scope = root.at('bbox_head');
  switch (config.model) {
    case 'solo':
      return new SoloHead(scope, common);
    case 'decoupled_solo':
      return new DecoupledSoloHead(scope, { ...common, towers: 'separate' });
    case 'decoupled_solo_light':
      return new DecoupledSoloHead(scope, { ...common, towers: 'shared' });
    case 'solov2':
      return new SoloV2Head(scope, root.at('mask_feat_head'), {
        ...common,
        kernelDim: config.kernelDim,
        maskFeatureDim: config.maskFeatureDim,
      });
    default:
      throw new RangeError(`createSoloHead: expected a SOLO, got ${(config as SoloConfig).model}`);
  }
}
