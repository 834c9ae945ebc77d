import type { KeyMap } from '@seg/checkpoint/safetensors';

import { originalSwinKeys, torchvisionResNetKeys } from '../../backbones/key-maps.ts';

const COMMON: KeyMap = [{ drop: '{*}.num_batches_tracked' }];

/**
 * Keys of the authors' checkpoints (zhiqi-li/Panoptic-SegFormer, mmdetection 2) as keys of {@link PanopticSegFormer}, by
 * `type` of the config's backbone: PVTv2 keeps its keys, of which those of its norms look like Swin's.
 */
export const PANOPTIC_SEGFORMER_ORIGINAL_KEYS: Record<'resnet' | 'swin' | 'pvt-v2', KeyMap> = {
  resnet: [...COMMON, ...torchvisionResNetKeys('backbone', 'backbone')],
  swin: [...COMMON, ...originalSwinKeys('backbone', 'backbone', 'mask2former')],
  'pvt-v2': COMMON,
};
