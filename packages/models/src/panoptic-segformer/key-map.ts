import type { KeyMap } from '@seg/core';

import { originalSwinKeys, torchvisionResNetKeys } from '../backbones/key-maps.ts';

/**
 * Class and box heads of the mask decoder of things are in the checkpoints, but their losses are multiplied by zero and
 * inference does not read them.
 */
const COMMON: KeyMap = [
  { drop: '{*}.num_batches_tracked' },
  { drop: 'bbox_head.reg_branches2.{*}' },
  { drop: 'bbox_head.cls_thing_branches.{*}' },
];

/**
 * Keys of the authors' checkpoints (zhiqi-li/Panoptic-SegFormer, mmdetection 2) as keys of {@link PanopticSegFormer}, by
 * `type` of the config's backbone: PVTv2 keeps its keys, of which those of its norms look like Swin's.
 */
export const PANOPTIC_SEGFORMER_ORIGINAL_KEYS: Record<'resnet' | 'swin' | 'pvt-v2', KeyMap> = {
  resnet: [...COMMON, ...torchvisionResNetKeys('backbone', 'backbone')],
  swin: [...COMMON, ...originalSwinKeys('backbone', 'backbone', 'mask2former')],
  'pvt-v2': COMMON,
};
