import type { KeyMap } from '@seg/core';

import { MASK2FORMER_ORIGINAL_KEYS } from '../mask2former/key-map.ts';
import { MASKFORMER_ORIGINAL_KEYS } from '../maskformer/key-map.ts';
import { PANOPTIC_SEGFORMER_ORIGINAL_KEYS } from '../panoptic-segformer/key-map.ts';
import { SOLO_MMDETECTION_KEYS, SOLO_ORIGINAL_KEYS } from '../solo/key-map.ts';
import type { ModelConfig } from './model-description.ts';

/** A naming of checkpoints: how to tell it from ours, and what our names are. */
type Naming = { isUsed: (key: string) => boolean; keyMap: KeyMap };

/**
 * The key map for weights under published names other than ours: detectron2's for Mask2Former and MaskFormer, the
 * authors' and mmdetection's for SOLO, the authors' for Panoptic SegFormer. Empty where the names are ours; deeplab2's
 * names of MaX-DeepLab are.
 *
 * @param keys Of the weights
 */
export function originalKeys(config: ModelConfig, keys: Iterable<string>): KeyMap {
  const all = [...keys];
  return namings(config).find(({ isUsed }) => all.some(isUsed))?.keyMap ?? [];
}

function namings(config: ModelConfig): Naming[] {
  const isDetectron2 = (key: string) => key.startsWith('sem_seg_head.');
  const isMmdetection = (key: string) => /^backbone\.(conv1|patch_embed|patch_embed1)\./.test(key);
  switch (config.model) {
    case 'mask2former':
      return [{ isUsed: isDetectron2, keyMap: MASK2FORMER_ORIGINAL_KEYS }];
    case 'maskformer':
      return [{ isUsed: isDetectron2, keyMap: MASKFORMER_ORIGINAL_KEYS }];
    case 'panoptic_segformer':
      return [{ isUsed: isMmdetection, keyMap: PANOPTIC_SEGFORMER_ORIGINAL_KEYS[config.backbone.type] }];
    case 'max-deeplab':
      return [];
    default:
      return [
        { isUsed: (key) => key.startsWith('mask_head.'), keyMap: SOLO_MMDETECTION_KEYS[config.model] },
        { isUsed: isMmdetection, keyMap: SOLO_ORIGINAL_KEYS },
      ];
  }
}
