import type { KeyMap } from '@seg/checkpoint/safetensors';

const VALUE = '/.ATTRIBUTES/VARIABLE_VALUE';

/**
 * Keys of deeplab2's TensorFlow checkpoints as keys of {@link MaxDeepLab}: the object paths themselves, without what
 * TensorFlow appends to each. The state of the optimizer and counters are left out.
 */
export const MAX_DEEPLAB_ORIGINAL_KEYS: KeyMap = [
  { drop: '{*}/.OPTIMIZER_SLOT/{*}' },
  ...['optimizer/{*}', `global_step${VALUE}`, `save_counter${VALUE}`].map((drop) => ({ drop })),
  { foreign: `{*}${VALUE}`, ours: '{*}' },
];
