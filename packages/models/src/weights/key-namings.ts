import { isDropped, type KeyMap } from '@seg/checkpoint';
import type { ModelConfig } from '../description/model-description.ts';
import { MASK2FORMER_ORIGINAL_KEYS } from '../systems/mask2former/key-map.ts';
import { MASKFORMER_ORIGINAL_KEYS } from '../systems/maskformer/key-map.ts';
import { MAX_DEEPLAB_ORIGINAL_KEYS } from '../systems/max-deeplab/key-map.ts';
import { PANOPTIC_SEGFORMER_ORIGINAL_KEYS } from '../systems/panoptic-segformer/key-map.ts';
import { SOLO_MMDETECTION_KEYS, SOLO_ORIGINAL_KEYS } from '../systems/solo/key-map.ts';

/** A naming of checkpoints: whose it is, how to tell it from ours, and what our names are. */
export type KeyNaming = { name: 'original' | 'mmdetection'; isUsed: (key: string) => boolean; keyMap: KeyMap };

/**
 * The key map for weights under published names other than ours: detectron2's for Mask2Former and MaskFormer, the
 * authors' and mmdetection's for SOLO, the authors' for Panoptic SegFormer, TensorFlow's for MaX-DeepLab. Empty where
 * the names are ours.
 *
 * @param keys Of the weights
 */
export function originalKeys(config: ModelConfig, keys: Iterable<string>): KeyMap {
  const all = [...keys];
  return keyNamings(config).find(({ isUsed }) => all.some(isUsed))?.keyMap ?? [];
}

/** Every published naming of a model's weights, the authors' last. */
export function keyNamings(config: ModelConfig): KeyNaming[] {
  const original = (isUsed: KeyNaming['isUsed'], keyMap: KeyMap): KeyNaming => ({ name: 'original', isUsed, keyMap });
  const isDetectron2 = (key: string) => key.startsWith('sem_seg_head.');
  const isMmdetection = (key: string) => /^backbone\.(conv1|patch_embed|patch_embed1)\./.test(key);
  switch (config.model) {
    case 'mask2former':
      return [original(isDetectron2, MASK2FORMER_ORIGINAL_KEYS)];
    case 'maskformer':
      return [original(isDetectron2, MASKFORMER_ORIGINAL_KEYS)];
    case 'panoptic_segformer':
      return [original(isMmdetection, PANOPTIC_SEGFORMER_ORIGINAL_KEYS[config.backbone.type])];
    case 'max-deeplab':
      return [original((key) => key.endsWith('/.ATTRIBUTES/VARIABLE_VALUE'), MAX_DEEPLAB_ORIGINAL_KEYS)];
    default: {
      const isUsed = (key: string) => key.startsWith('mask_head.');
      return [
        { name: 'mmdetection', isUsed, keyMap: SOLO_MMDETECTION_KEYS[config.model] },
        original(isMmdetection, SOLO_ORIGINAL_KEYS),
      ];
    }
  }
}

/** Counters and index tables, which every implementation computes itself. */
const RECOMPUTED = [/relative_position_index$/, /num_batches_tracked$/];

/**
 * What published files hold beside the model: weights of the criterion, norms that newer exports add, and class and box
 * heads of Panoptic SegFormer's mask decoder of things, whose losses are multiplied by zero.
 */
const BESIDE = [
  /^criterion\./,
  /\.encoder\.swin\.layernorm\./,
  /\.encoder\.model\.layernorm\./,
  /^bbox_head\.(reg_branches2|cls_thing_branches)\./,
];

/** True for keys of published checkpoints that need not be kept: they can be computed. */
export function isRecomputed(key: string): boolean {
  return RECOMPUTED.some((pattern) => pattern.test(key));
}

/** True for keys, under any naming, that published checkpoints of a model hold and inference does not use. */
export function isUnused(config: ModelConfig, key: string): boolean {
  return isLeftOut(config, key) || BESIDE.some((pattern) => pattern.test(key));
}

/** True for keys that a conversion leaves out: counters, index tables, and what a published naming drops. */
export function isLeftOut(config: ModelConfig, key: string): boolean {
  return isRecomputed(key) || keyNamings(config).some(({ keyMap }) => isDropped(keyMap, key));
}
