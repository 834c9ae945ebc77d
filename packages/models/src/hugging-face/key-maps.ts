import type { KeyMap } from '@seg/checkpoint/safetensors';

import type { KeyNaming } from '../systems/key-naming.ts';

const ENCODER = 'model.pixel_level_module.encoder';
const DECODER_LAYER = 'model.transformer_module.decoder.layers.{i}';

/**
 * Maps keys of a state dict in memory of transformers 5, as `torch.save` writes it, to those of the published files,
 * which are ours. `save_pretrained` writes the published ones.
 */
const STATE_DICT_KEYS: KeyMap = [
  { drop: `${ENCODER}.swin.layernorm.{*}` },
  ...['query', 'key', 'value'].map((name) => ({
    foreign: `${ENCODER}.swin.encoder.layers.{i}.blocks.{j}.attention.${name[0]}_proj.{*}`,
    ours: `${ENCODER}.encoder.layers.{i}.blocks.{j}.attention.self.${name}.{*}`,
  })),
  ...[
    ['attention.o_proj.{*}', 'attention.output.dense.{*}'],
    ['attention.relative_position_bias.{*}', 'attention.self.{*}'],
    ['mlp.fc1.{*}', 'intermediate.dense.{*}'],
    ['mlp.fc2.{*}', 'output.dense.{*}'],
    ['{*}', '{*}'],
  ].map(([foreign, ours]) => ({
    foreign: `${ENCODER}.swin.encoder.layers.{i}.blocks.{j}.${foreign}`,
    ours: `${ENCODER}.encoder.layers.{i}.blocks.{j}.${ours}`,
  })),
  ...['embeddings.{*}', 'encoder.layers.{i}.downsample.{*}'].map((part) => ({
    foreign: `${ENCODER}.swin.${part}`,
    ours: `${ENCODER}.${part}`,
  })),
  ...['self_attn', 'encoder_attn'].map((attention) => ({
    foreign: `${DECODER_LAYER}.${attention}.o_proj.{*}`,
    ours: `${DECODER_LAYER}.${attention}.out_proj.{*}`,
  })),
  { foreign: `${DECODER_LAYER}.mlp.{*}`, ours: `${DECODER_LAYER}.{*}` },
];

/** Naming of state dicts in memory of transformers 5. */
export const STATE_DICT_NAMING: KeyNaming = {
  name: 'transformers-5',
  isUsed: (key) => key.startsWith(`${ENCODER}.swin.embeddings.`) || /\.decoder\.layers\.\d+\.mlp\.fc1\./.test(key),
  keyMap: STATE_DICT_KEYS,
};
