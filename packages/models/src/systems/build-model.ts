import type { ParamStore } from '@seg/core';
import type { ModelConfig } from '../description/model-description.ts';
import { Mask2Former } from './mask2former/mask2former.ts';
import { MaskFormer } from './maskformer/maskformer.ts';
import { MaxDeepLab } from './max-deeplab/max-deeplab.ts';
import { PanopticSegFormer } from './panoptic-segformer/panoptic-segformer.ts';
import { Solo } from './solo/solo.ts';

/** Any of the systems. Its config's `model` says which. */
export type SegmentationModel = Mask2Former | MaskFormer | Solo | MaxDeepLab | PanopticSegFormer;

/** The model that a config describes, its parameters declared in the store. */
export function buildModel(params: ParamStore, config: ModelConfig): SegmentationModel {
  switch (config.model) {
    case 'mask2former':
      return new Mask2Former(params, config);
    case 'maskformer':
      return new MaskFormer(params, config);
    case 'solo':
    case 'decoupled_solo':
    case 'decoupled_solo_light':
    case 'solov2':
      return new Solo(params, config);
    case 'max-deeplab':
      return new MaxDeepLab(params, config);
    case 'panoptic_segformer':
      return new PanopticSegFormer(params, config);
    default:
      throw config satisfies never;
  }
}
