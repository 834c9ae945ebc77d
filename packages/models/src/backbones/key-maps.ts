import type { KeyMap } from '@seg/checkpoint';

import type { SwinConfig } from './swin.ts';

/** detectron2's ResNet keys, below `from`, for our {@link ResNet}, below `to`. */
export function detectron2ResNetKeys(from: string, to: string): KeyMap {
  const block = (foreign: string, ours: string): KeyMap => [
    {
      foreign: `${from}.res{i+2}.{j}.${foreign}.norm.{*}`,
      ours: `${to}.encoder.stages.{i}.layers.{j}.${ours}.normalization.{*}`,
    },
    {
      foreign: `${from}.res{i+2}.{j}.${foreign}.weight`,
      ours: `${to}.encoder.stages.{i}.layers.{j}.${ours}.convolution.weight`,
    },
  ];
  const stem = (foreign: string, ours: string): KeyMap => [
    { foreign: `${from}.stem.${foreign}.norm.{*}`, ours: `${to}.embedder.${ours}.normalization.{*}` },
    { foreign: `${from}.stem.${foreign}.weight`, ours: `${to}.embedder.${ours}.convolution.weight` },
  ];
  return [
    ...stem('conv1', 'embedder'),
    ...stem('conv2', 'conv2'), // of the deep stem
    ...stem('conv3', 'conv3'),
    ...block('conv1', 'layer.0'),
    ...block('conv2', 'layer.1'),
    ...block('conv3', 'layer.2'),
    ...block('shortcut', 'shortcut'),
  ];
}

/** torchvision's and mmdetection's ResNet keys, below `from`, for our {@link ResNet}, below `to`. */
export function torchvisionResNetKeys(from: string, to: string): KeyMap {
  const norm = (foreign: string, ours: string): KeyMap => [
    { foreign: `${foreign}.{*}`, ours: `${ours}.normalization.{*}` },
  ];
  const conv = (foreign: string, ours: string): KeyMap => [
    { foreign: `${foreign}.weight`, ours: `${ours}.convolution.weight` },
  ];
  const block = `${from}.layer{i+1}.{j}`;
  const ours = `${to}.encoder.stages.{i}.layers.{j}`;
  return [
    ...conv(`${from}.conv1`, `${to}.embedder.embedder`),
    ...norm(`${from}.bn1`, `${to}.embedder.embedder`),
    ...[1, 2, 3].flatMap((n) => [
      ...conv(`${block}.conv${n}`, `${ours}.layer.${n - 1}`),
      ...norm(`${block}.bn${n}`, `${ours}.layer.${n - 1}`),
    ]),
    ...conv(`${block}.downsample.0`, `${ours}.shortcut`),
    ...norm(`${block}.downsample.1`, `${ours}.shortcut`),
  ];
}

/**
 * The Swin authors' keys (and detectron2's), below `from`, for our {@link Swin}, below `to`; `keys` as in its config.
 */
export function originalSwinKeys(from: string, to: string, keys: NonNullable<SwinConfig['keys']>): KeyMap {
  const body = keys === 'maskformer' ? `${to}.model` : to;
  const norm = keys === 'maskformer' ? '{i}' : 'stage{i+1}';
  const block = `${from}.layers.{i}.blocks.{j}`;
  const ours = `${body}.encoder.layers.{i}.blocks.{j}`;
  const qkv = (suffix: string) => ['query', 'key', 'value'].map((name) => `${ours}.attention.self.${name}.${suffix}`);
  return [
    { drop: `${from}.layers.{i}.blocks.{j}.attn.relative_position_index` },
    { foreign: `${from}.patch_embed.proj.{*}`, ours: `${body}.embeddings.patch_embeddings.projection.{*}` },
    { foreign: `${from}.patch_embed.norm.{*}`, ours: `${body}.embeddings.norm.{*}` },
    { foreign: `${block}.norm1.{*}`, ours: `${ours}.layernorm_before.{*}` },
    { foreign: `${block}.norm2.{*}`, ours: `${ours}.layernorm_after.{*}` },
    {
      foreign: `${block}.attn.relative_position_bias_table`,
      ours: `${ours}.attention.self.relative_position_bias_table`,
    },
    { foreign: `${block}.attn.qkv.weight`, split: qkv('weight') },
    { foreign: `${block}.attn.qkv.bias`, split: qkv('bias') },
    { foreign: `${block}.attn.proj.{*}`, ours: `${ours}.attention.output.dense.{*}` },
    { foreign: `${block}.mlp.fc1.{*}`, ours: `${ours}.intermediate.dense.{*}` },
    { foreign: `${block}.mlp.fc2.{*}`, ours: `${ours}.output.dense.{*}` },
    { foreign: `${from}.layers.{i}.downsample.{*}`, ours: `${body}.encoder.layers.{i}.downsample.{*}` },
    { foreign: `${from}.norm{i}.{*}`, ours: `${to}.hidden_states_norms.${norm}.{*}` },
  ];
}
