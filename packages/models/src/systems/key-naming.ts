import type { KeyMap } from '@seg/checkpoint/safetensors';

/** A published naming of checkpoint keys: its publisher, a key that gives it away, and our names for its keys. */
export type KeyNaming = {
  name: 'original' | 'mmdetection' | 'transformers-5';
  isUsed: (key: string) => boolean;
  keyMap: KeyMap;
};

/** The authors' own naming. */
export function originalNaming(isUsed: KeyNaming['isUsed'], keyMap: KeyMap): KeyNaming {
  return { name: 'original', isUsed, keyMap };
}

/** True for keys below detectron2's `sem_seg_head`. */
export function isDetectron2(key: string): boolean {
  return key.startsWith('sem_seg_head.');
}

/** True for keys of a backbone as mmdetection names it. */
export function isMmdetection(key: string): boolean {
  return /^backbone\.(conv1|patch_embed|patch_embed1)\./.test(key);
}
