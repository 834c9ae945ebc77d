import type { KeyMap } from '@seg/checkpoint/safetensors';

import { detectron2ResNetKeys, originalSwinKeys } from '../../backbones/key-maps.ts';

const PIXELS = 'model.pixel_level_module.decoder';
const QUERIES = 'model.transformer_module';
const PREDICTOR = 'sem_seg_head.predictor';
const TRANSFORMER = `${PREDICTOR}.transformer.decoder`;

/** Keys of the pyramid below `from`: files of the first release leave out `pixel_decoder`. */
function pyramidKeys(from: string): KeyMap {
  const pair = (foreign: string, ours: string): KeyMap => [
    { foreign: `${from}.${foreign}.weight`, ours: `${PIXELS}.fpn.${ours}.0.weight` },
    { foreign: `${from}.${foreign}.norm.{*}`, ours: `${PIXELS}.fpn.${ours}.1.{*}` },
  ];
  const encoder = `${from}.transformer.encoder.layers.{i}`;
  const ours = `${PIXELS}.encoder.layers.{i}`;
  return [
    ...pair('layer_4', 'stem'),
    ...[3, 2, 1].flatMap((k) => [
      ...pair(`adapter_${k}`, `layers.${3 - k}.proj`),
      ...pair(`layer_${k}`, `layers.${3 - k}.block`),
    ]),
    { foreign: `${from}.mask_features.{*}`, ours: `${PIXELS}.mask_projection.{*}` },
    { foreign: `${from}.input_proj.{*}`, ours: `${PIXELS}.input_projection.{*}` },
    ...splitProjections(`${encoder}.self_attn`, `${ours}.self_attn`),
    { foreign: `${encoder}.linear{j}.{*}`, ours: `${ours}.fc{j}.{*}` },
    { foreign: `${encoder}.norm1.{*}`, ours: `${ours}.self_attn_layer_norm.{*}` },
    { foreign: `${encoder}.norm2.{*}`, ours: `${ours}.final_layer_norm.{*}` },
  ];
}

function splitProjections(from: string, to: string): KeyMap {
  const parts = (suffix: string) => ['q', 'k', 'v'].map((name) => `${to}.${name}_proj.${suffix}`);
  return [
    { foreign: `${from}.in_proj_weight`, split: parts('weight') },
    { foreign: `${from}.in_proj_bias`, split: parts('bias') },
    { foreign: `${from}.out_proj.{*}`, ours: `${to}.out_proj.{*}` },
  ];
}

/** Keys of the original repository's checkpoints as keys of {@link MaskFormer}. */
export const MASKFORMER_ORIGINAL_KEYS: KeyMap = [
  ...detectron2ResNetKeys('backbone', 'model.pixel_level_module.encoder'),
  ...originalSwinKeys('backbone', 'model.pixel_level_module.encoder', 'maskformer'),
  { foreign: `${PREDICTOR}.query_embed.weight`, ours: `${QUERIES}.queries_embedder.weight` },
  { foreign: `${PREDICTOR}.input_proj.{*}`, ours: `${QUERIES}.input_projection.{*}` },
  { foreign: `${PREDICTOR}.class_embed.{*}`, ours: 'class_predictor.{*}' },
  { foreign: `${PREDICTOR}.mask_embed.layers.{i}.{*}`, ours: 'mask_embedder.{i}.0.{*}' },
  ...splitProjections(`${TRANSFORMER}.layers.{i}.self_attn`, `${QUERIES}.decoder.layers.{i}.self_attn`),
  ...splitProjections(`${TRANSFORMER}.layers.{i}.multihead_attn`, `${QUERIES}.decoder.layers.{i}.encoder_attn`),
  { foreign: `${TRANSFORMER}.layers.{i}.linear{j}.{*}`, ours: `${QUERIES}.decoder.layers.{i}.fc{j}.{*}` },
  { foreign: `${TRANSFORMER}.layers.{i}.norm1.{*}`, ours: `${QUERIES}.decoder.layers.{i}.self_attn_layer_norm.{*}` },
  { foreign: `${TRANSFORMER}.layers.{i}.norm2.{*}`, ours: `${QUERIES}.decoder.layers.{i}.encoder_attn_layer_norm.{*}` },
  { foreign: `${TRANSFORMER}.layers.{i}.norm3.{*}`, ours: `${QUERIES}.decoder.layers.{i}.final_layer_norm.{*}` },
  { foreign: `${TRANSFORMER}.norm.{*}`, ours: `${QUERIES}.decoder.layernorm.{*}` },
  ...pyramidKeys('sem_seg_head.pixel_decoder'),
  ...pyramidKeys('sem_seg_head'),
];
