import { type ParamSource, writeSafetensors } from '@seg/checkpoint';
import type { ParamStore } from '@seg/core';

import { Mask2Former } from '../../src/systems/mask2former/mask2former.ts';
import { formulaSource, keysOf, TINY_MASK2FORMER } from '../tiny.ts';

/** `config.json` of a tiny Mask2Former, as Hugging Face writes it. */
export const TINY_CONFIG = {
  model_type: 'mask2former',
  backbone_config: { model_type: 'resnet', embedding_size: 16, hidden_sizes: [32, 64, 96, 128], depths: [1, 1, 1, 1] },
  id2label: { 0: 'cat', 1: 'dog', 2: 'sky', 3: 'sea', 4: 'sand' },
  num_queries: 8,
  hidden_dim: 64,
  feature_size: 64,
  mask_feature_size: 64,
  num_attention_heads: 8,
  encoder_layers: 2,
  encoder_feedforward_dim: 96,
  decoder_layers: 4,
  dim_feedforward: 128,
};

/** Files of that model as they are published. Needs a started backend. */
export function tinyFiles(): Record<string, Uint8Array | object> {
  const source: ParamSource = formulaSource(keysOf((params: ParamStore) => new Mask2Former(params, TINY_MASK2FORMER)));
  return {
    'config.json': TINY_CONFIG,
    'preprocessor_config.json': { size: { shortest_edge: 32, longest_edge: 64 }, size_divisor: 32 },
    'model.safetensors': writeSafetensors(new Map([...source.keys()].map((key) => [key, source.read(key)!]))),
    'pytorch_model.bin': new Uint8Array(20_000),
    'README.md': { about: 'not needed' },
  };
}
