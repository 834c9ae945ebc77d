import type { KeyMap } from '@seg/checkpoint/safetensors';

import type { SwinConfig } from './swin.ts';

/** Joins the parts of a key; an empty one is none. */
function below(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('.');
}

/** Maps detectron2's ResNet keys, below `from`, to those of our {@link ResNet}, below `to`; each may be empty. */
export function detectron2ResNetKeys(from: string, to: string): KeyMap {
  const block = (foreign: string, ours: string): KeyMap => [
    {
      foreign: below(from, `res{i+2}.{j}.${foreign}.norm.{*}`),
      ours: below(to, `encoder.stages.{i}.layers.{j}.${ours}.normalization.{*}`),
    },
    {
      foreign: below(from, `res{i+2}.{j}.${foreign}.weight`),
      ours: below(to, `encoder.stages.{i}.layers.{j}.${ours}.convolution.weight`),
    },
  ];
  const stem = (foreign: string, ours: string): KeyMap => [
    { foreign: below(from, `stem.${foreign}.norm.{*}`), ours: below(to, `embedder.${ours}.normalization.{*}`) },
    { foreign: below(from, `stem.${foreign}.weight`), ours: below(to, `embedder.${ours}.convolution.weight`) },
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

/**
 * Maps torchvision's and mmdetection's ResNet keys, below `from`, to those of our {@link ResNet}, below `to`; each may be
 * empty, as torchvision's own are. The classifier is left out.
 */
export function torchvisionResNetKeys(from: string, to: string): KeyMap {
  const norm = (foreign: string, ours: string): KeyMap => [
    { foreign: `${foreign}.{*}`, ours: `${ours}.normalization.{*}` },
  ];
  const conv = (foreign: string, ours: string): KeyMap => [
    { foreign: `${foreign}.weight`, ours: `${ours}.convolution.weight` },
  ];
  const block = below(from, 'layer{i+1}.{j}');
  const ours = below(to, 'encoder.stages.{i}.layers.{j}');
  return [
    { drop: below(from, 'fc.{*}') },
    ...conv(below(from, 'conv1'), below(to, 'embedder.embedder')),
    ...norm(below(from, 'bn1'), below(to, 'embedder.embedder')),
    ...[1, 2, 3].flatMap((n) => [
      ...conv(`${block}.conv${n}`, `${ours}.layer.${n - 1}`),
      ...norm(`${block}.bn${n}`, `${ours}.layer.${n - 1}`),
    ]),
    ...conv(`${block}.downsample.0`, `${ours}.shortcut`),
    ...norm(`${block}.downsample.1`, `${ours}.shortcut`),
  ];
}

/**
 * Maps the Swin authors' keys (and detectron2's), below `from`, to those of our `Swin`, below `to`; `keys` as in its
 * config.
 */
export function originalSwinKeys(from: string, to: string, keys: NonNullable<SwinConfig['keys']>): KeyMap {
  const body = keys === 'maskformer' ? below(to, 'model') : to;
  const norm = keys === 'maskformer' ? '{i}' : 'stage{i+1}';
  const block = below(from, 'layers.{i}.blocks.{j}');
  const ours = below(body, 'encoder.layers.{i}.blocks.{j}');
  const qkv = (suffix: string) => ['query', 'key', 'value'].map((name) => `${ours}.attention.self.${name}.${suffix}`);
  return [
    { drop: below(from, 'layers.{i}.blocks.{j}.attn.relative_position_index') },
    { foreign: below(from, 'patch_embed.proj.{*}'), ours: below(body, 'embeddings.patch_embeddings.projection.{*}') },
    { foreign: below(from, 'patch_embed.norm.{*}'), ours: below(body, 'embeddings.norm.{*}') },
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
    { foreign: below(from, 'layers.{i}.downsample.{*}'), ours: below(body, 'encoder.layers.{i}.downsample.{*}') },
    { foreign: below(from, 'norm{i}.{*}'), ours: below(to, `hidden_states_norms.${norm}.{*}`) },
  ];
}
