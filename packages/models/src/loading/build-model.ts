import type { KeyMap, MaskPrediction, ParamStore } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import type { Mask2FormerConfig } from '../mask2former/config.ts';
import { MASK2FORMER_ORIGINAL_KEYS } from '../mask2former/key-map.ts';
import { Mask2Former } from '../mask2former/mask2former.ts';
import type { MaskFormerConfig } from '../maskformer/config.ts';
import { MASKFORMER_ORIGINAL_KEYS } from '../maskformer/key-map.ts';
import { MaskFormer } from '../maskformer/maskformer.ts';

export type ModelConfig = Mask2FormerConfig | MaskFormerConfig;

/** Normalized images in, a mask prediction out. */
export type SegmentationModel = {
  readonly params: ParamStore;
  forward(pixels: tf.Tensor4D): MaskPrediction;
  dispose(): void;
};

/** Keys of the original repositories, by model. */
export const ORIGINAL_KEYS: Record<ModelConfig['model'], KeyMap> = {
  mask2former: MASK2FORMER_ORIGINAL_KEYS,
  maskformer: MASKFORMER_ORIGINAL_KEYS,
};

/** The model that a config describes, its parameters declared in the store. */
export function buildModel(params: ParamStore, config: ModelConfig): SegmentationModel {
  switch (config.model) {
    case 'mask2former':
      return new Mask2Former(params, config);
    case 'maskformer':
      return new MaskFormer(params, config);
    default:
      throw config satisfies never;
  }
}
