import type { KeyMap } from '@seg/core';

import { originalSwinKeys, torchvisionResNetKeys } from '../backbones/key-maps.ts';

/**
 * Keys of the authors' checkpoints (zhiqi-li/Panoptic-SegFormer, mmdetection 2) as keys of {@link PanopticSegFormer}.
 * Class and box heads of the mask decoder of things are there, but their losses are multiplied by zero and inference
 * does not read them. PVTv2 keeps its keys, of which none fits a rule of ResNet or Swin but `norm{i}`: hence two maps.
 */
const COMMON: KeyMap = [
  { drop: '{*}.num_batches_tracked' },
  { drop: 'bbox_head.reg_branches2.{*}' },
  { drop: 'bbox_head.cls_thing_branches.{*}' },
];

/** By `type` of the config's backbone. */
export const PANOPTIC_SEGFORMER_ORIGINAL_KEYS: Record<'resnet' | 'swin' | 'pvt-v2', KeyMap> = {
  resnet: [...COMMON, ...torchvisionResNetKeys('backbone', 'backbone')],
  swin: [...COMMON, ...originalSwinKeys('backbone', 'backbone', 'mask2former')],
  'pvt-v2': COMMON,
};
