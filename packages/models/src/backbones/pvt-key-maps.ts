import type { KeyMap } from '@seg/checkpoint/safetensors';

/** Maps timm's names of a PVTv2 to those of its authors, which are ours: embeddings stand first, or before a stage. */
export function timmPvtKeys(): KeyMap {
  return [
    { foreign: 'patch_embed.{*}', ours: 'patch_embed1.{*}' },
    { foreign: 'stages.{i}.downsample.{*}', ours: 'patch_embed{i+1}.{*}' },
    { foreign: 'stages.{i}.blocks.{j}.mlp.dwconv.{*}', ours: 'block{i+1}.{j}.mlp.dwconv.dwconv.{*}' },
    { foreign: 'stages.{i}.blocks.{j}.{*}', ours: 'block{i+1}.{j}.{*}' },
    { foreign: 'stages.{i}.norm.{*}', ours: 'norm{i+1}.{*}' },
  ];
}

/** Maps Hugging Face's names of a PVTv2 to those of its authors, which are ours. Keys and values are one matrix. */
export function huggingFacePvtKeys(): KeyMap {
  const [layer, block] = ['encoder.layers.{i}', 'block{i+1}.{j}'];
  const part = (foreign: string, ours: string): KeyMap => [
    { foreign: `${layer}.blocks.{j}.${foreign}.{*}`, ours: `${block}.${ours}.{*}` },
  ];
  const joined = (suffix: string): KeyMap => [
    {
      stack: ['key', 'value'].map((name) => `${layer}.blocks.{j}.attention.${name}.${suffix}`),
      ours: `${block}.attn.kv.${suffix}`,
    },
  ];
  return [
    { foreign: `${layer}.patch_embedding.proj.{*}`, ours: 'patch_embed{i+1}.proj.{*}' },
    { foreign: `${layer}.patch_embedding.layer_norm.{*}`, ours: 'patch_embed{i+1}.norm.{*}' },
    ...part('layer_norm_1', 'norm1'),
    ...part('layer_norm_2', 'norm2'),
    ...part('attention.query', 'attn.q'),
    ...joined('weight'),
    ...joined('bias'),
    ...part('attention.proj', 'attn.proj'),
    ...part('attention.spatial_reduction', 'attn.sr'),
    ...part('attention.layer_norm', 'attn.norm'),
    ...part('mlp.dense1', 'mlp.fc1'),
    ...part('mlp.dwconv', 'mlp.dwconv'),
    ...part('mlp.dense2', 'mlp.fc2'),
    { foreign: `${layer}.layer_norm.{*}`, ours: 'norm{i+1}.{*}' },
  ];
}
