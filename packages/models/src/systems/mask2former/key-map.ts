import type { KeyMap } from '@seg/checkpoint/safetensors';

import { detectron2ResNetKeys, originalSwinKeys } from '../../backbones/key-maps.ts';

const PIXELS = 'model.pixel_level_module.decoder';
const QUERIES = 'model.transformer_module';
const PREDICTOR = 'sem_seg_head.predictor';
const DECODER = 'sem_seg_head.pixel_decoder';

/** Keys of the original repository's checkpoints (detectron2 ResNet or Swin backbone) as keys of {@link Mask2Former}. */
export const MASK2FORMER_ORIGINAL_KEYS: KeyMap = [
  ...detectron2ResNetKeys('backbone', 'model.pixel_level_module.encoder'),
  ...originalSwinKeys('backbone', 'model.pixel_level_module.encoder', 'mask2former'),

  { foreign: `${DECODER}.input_proj.{i}.{j}.{*}`, ours: `${PIXELS}.input_projections.{i}.{j}.{*}` },
  { foreign: `${DECODER}.transformer.level_embed`, ours: `${PIXELS}.level_embed` },
  {
    foreign: `${DECODER}.transformer.encoder.layers.{i}.self_attn.{*}`,
    ours: `${PIXELS}.encoder.layers.{i}.self_attn.{*}`,
  },
  {
    foreign: `${DECODER}.transformer.encoder.layers.{i}.linear{j}.{*}`,
    ours: `${PIXELS}.encoder.layers.{i}.fc{j}.{*}`,
  },
  {
    foreign: `${DECODER}.transformer.encoder.layers.{i}.norm1.{*}`,
    ours: `${PIXELS}.encoder.layers.{i}.self_attn_layer_norm.{*}`,
  },
  {
    foreign: `${DECODER}.transformer.encoder.layers.{i}.norm2.{*}`,
    ours: `${PIXELS}.encoder.layers.{i}.final_layer_norm.{*}`,
  },
  { foreign: `${DECODER}.adapter_1.weight`, ours: `${PIXELS}.adapter_1.0.weight` },
  { foreign: `${DECODER}.adapter_1.norm.{*}`, ours: `${PIXELS}.adapter_1.1.{*}` },
  { foreign: `${DECODER}.layer_1.weight`, ours: `${PIXELS}.layer_1.0.weight` },
  { foreign: `${DECODER}.layer_1.norm.{*}`, ours: `${PIXELS}.layer_1.1.{*}` },
  { foreign: `${DECODER}.mask_features.{*}`, ours: `${PIXELS}.mask_projection.{*}` },

  { foreign: `${PREDICTOR}.query_feat.weight`, ours: `${QUERIES}.queries_features.weight` },
  { foreign: `${PREDICTOR}.static_query.weight`, ours: `${QUERIES}.queries_features.weight` },
  { foreign: `${PREDICTOR}.query_embed.weight`, ours: `${QUERIES}.queries_embedder.weight` },
  { foreign: `${PREDICTOR}.level_embed.weight`, ours: `${QUERIES}.level_embed.weight` },
  {
    foreign: `${PREDICTOR}.transformer_cross_attention_layers.{i}.multihead_attn.{*}`,
    ours: `${QUERIES}.decoder.layers.{i}.cross_attn.{*}`,
  },
  {
    foreign: `${PREDICTOR}.transformer_cross_attention_layers.{i}.norm.{*}`,
    ours: `${QUERIES}.decoder.layers.{i}.cross_attn_layer_norm.{*}`,
  },
  ...['weight', 'bias'].map((suffix) => ({
    foreign: `${PREDICTOR}.transformer_self_attention_layers.{i}.self_attn.in_proj_${suffix}`,
    split: ['q', 'k', 'v'].map((name) => `${QUERIES}.decoder.layers.{i}.self_attn.${name}_proj.${suffix}`),
  })),
  {
    foreign: `${PREDICTOR}.transformer_self_attention_layers.{i}.self_attn.out_proj.{*}`,
    ours: `${QUERIES}.decoder.layers.{i}.self_attn.out_proj.{*}`,
  },
  {
    foreign: `${PREDICTOR}.transformer_self_attention_layers.{i}.norm.{*}`,
    ours: `${QUERIES}.decoder.layers.{i}.self_attn_layer_norm.{*}`,
  },
  { foreign: `${PREDICTOR}.transformer_ffn_layers.{i}.linear{j}.{*}`, ours: `${QUERIES}.decoder.layers.{i}.fc{j}.{*}` },
  {
    foreign: `${PREDICTOR}.transformer_ffn_layers.{i}.norm.{*}`,
    ours: `${QUERIES}.decoder.layers.{i}.final_layer_norm.{*}`,
  },
  { foreign: `${PREDICTOR}.decoder_norm.{*}`, ours: `${QUERIES}.decoder.layernorm.{*}` },
  {
    foreign: `${PREDICTOR}.mask_embed.layers.{i}.{*}`,
    ours: `${QUERIES}.decoder.mask_predictor.mask_embedder.{i}.0.{*}`,
  },
  { foreign: `${PREDICTOR}.class_embed.{*}`, ours: 'class_predictor.{*}' },
];
