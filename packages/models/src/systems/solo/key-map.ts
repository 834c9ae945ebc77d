import type { KeyMap } from '@seg/checkpoint/safetensors';

import { torchvisionResNetKeys } from '../../backbones/key-maps.ts';

/** Keys of the authors' checkpoints (WXinlong/SOLO, mmdetection 1) as keys of {@link Solo}. */
export const SOLO_ORIGINAL_KEYS: KeyMap = [
  { drop: '{*}.num_batches_tracked' },
  ...torchvisionResNetKeys('backbone', 'backbone'),
];

const CONVS = ['conv.weight', 'gn.weight', 'gn.bias'];

function tower(foreign: string, ours: string): KeyMap {
  return CONVS.map((part) => ({
    foreign: `mask_head.${foreign}.{i}.${part}`,
    ours: `bbox_head.${ours}.{i}.${part}`,
  }));
}

function outputs(foreign: string, ours: string): KeyMap {
  return [{ foreign: `mask_head.${foreign}.{*}`, ours: `bbox_head.${ours}.{*}` }];
}

/** Common to all heads of mmdetection 2 and 3. */
const MMDETECTION_COMMON: KeyMap = [...SOLO_ORIGINAL_KEYS, ...tower('cls_convs', 'cate_convs')];

/** Keys of mmdetection 2 and 3 as keys of {@link Solo}, by `model` of its config. */
export const SOLO_MMDETECTION_KEYS: Record<'solo' | 'decoupled_solo' | 'decoupled_solo_light' | 'solov2', KeyMap> = {
  solo: [
    ...MMDETECTION_COMMON,
    ...tower('mask_convs', 'ins_convs'),
    ...outputs('conv_mask_list', 'solo_ins_list'),
    ...outputs('conv_cls', 'solo_cate'),
  ],
  decoupled_solo: [
    ...MMDETECTION_COMMON,
    ...tower('mask_convs_x', 'ins_convs_x'),
    ...tower('mask_convs_y', 'ins_convs_y'),
    ...outputs('conv_mask_list_x', 'dsolo_ins_list_x'),
    ...outputs('conv_mask_list_y', 'dsolo_ins_list_y'),
    ...outputs('conv_cls', 'dsolo_cate'),
  ],
  decoupled_solo_light: [
    ...MMDETECTION_COMMON,
    ...tower('mask_convs', 'ins_convs'),
    ...outputs('conv_mask_list_x', 'dsolo_ins_list_x'),
    ...outputs('conv_mask_list_y', 'dsolo_ins_list_y'),
    ...outputs('conv_cls', 'dsolo_cate'),
  ],
  solov2: [
    ...MMDETECTION_COMMON,
    ...tower('kernel_convs', 'kernel_convs'),
    ...outputs('conv_kernel', 'solo_kernel'),
    ...outputs('conv_cls', 'solo_cate'),
    {
      foreign: 'mask_head.mask_feature_head.convs_all_levels.{i}.{*}',
      ours: 'mask_feat_head.convs_all_levels.{i}.{*}',
    },
    { foreign: 'mask_head.mask_feature_head.conv_pred.{*}', ours: 'mask_feat_head.conv_pred.0.{*}' },
  ],
};
