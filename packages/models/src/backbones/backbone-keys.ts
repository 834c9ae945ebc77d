import type { KeyMap, ParamSource } from '@seg/checkpoint/safetensors';

import type { BackboneConfig } from './backbone.ts';
import { detectron2ResNetKeys, originalSwinKeys, torchvisionResNetKeys } from './key-maps.ts';
import { huggingFacePvtKeys, timmPvtKeys } from './pvt-key-maps.ts';
import type { SwinConfig } from './swin.ts';

/** Way to read a published checkpoint of a backbone alone. */
export type BackboneKeys = {
  /** The config as the weights have it. */
  config: BackboneConfig;
  keyMap: KeyMap;
  /** True for keys that features have no use for. */
  isUnused(key: string): boolean;
};

/** Counters and tables that are computed, and classifiers under all the names that they are given. */
const UNUSED = [
  /(^|\.)(num_batches_tracked|relative_position_index|attn_mask)$/,
  /^(head|fc|classifier)\./,
  /^(norm|layernorm|swin\.layernorm)\.(weight|bias)$/, // behind the last stage, before a classifier
  /^stem\.fc\./,
];

/** Reads from the keys of a checkpoint whose names they are. */
export function backboneKeys(config: BackboneConfig, source: ParamSource | null): BackboneKeys {
  const keys = source === null ? [] : [...source.keys()];
  const isUnused = (key: string) => UNUSED.some((pattern) => pattern.test(key));
  if (config.type === 'resnet') return { config, keyMap: resNetKeys(keys), isUnused };
  if (config.type === 'pvt-v2') return { config, keyMap: pvtKeys(keys), isUnused };
  if (source === null) return { config, keyMap: [], isUnused };
  return { config: swinConfig(config, keys, source), keyMap: swinKeys(keys, config.keys ?? 'mask2former'), isUnused };
}

function resNetKeys(keys: readonly string[]): KeyMap {
  if (keys.some((key) => key.startsWith('layer1.'))) return torchvisionResNetKeys('', '');
  if (keys.some((key) => key.startsWith('res2.'))) return detectron2ResNetKeys('', '');
  return [];
}

function pvtKeys(keys: readonly string[]): KeyMap {
  if (keys.some((key) => key.startsWith('stages.'))) return timmPvtKeys();
  return keys.some((key) => key.startsWith('encoder.layers.')) ? huggingFacePvtKeys() : [];
}

function swinKeys(keys: readonly string[], naming: NonNullable<SwinConfig['keys']>): KeyMap {
  const isOriginal = keys.some((key) => key.startsWith('patch_embed.'));
  if (!isOriginal) return naming === 'maskformer' ? WITHIN_MASKFORMER : [];
  const isTimm = keys.some((key) => key.startsWith('layers.3.downsample.')); // which merges before a stage, not behind
  const body = naming === 'maskformer' ? 'model.' : '';
  const merged: KeyMap = [{ foreign: 'layers.{i+1}.downsample.{*}', ours: `${body}encoder.layers.{i}.downsample.{*}` }];
  return [...(isTimm ? merged : []), ...originalSwinKeys('', '', naming)];
}

/** Hugging Face's names of a Swin, as its MaskFormer has them. */
const WITHIN_MASKFORMER: KeyMap = [
  { foreign: 'embeddings.{*}', ours: 'model.embeddings.{*}' },
  { foreign: 'encoder.{*}', ours: 'model.encoder.{*}' },
  { foreign: 'hidden_states_norms.stage{i+1}.{*}', ours: 'hidden_states_norms.{i}.{*}' },
];

/** Tables of positions have (2 · window − 1)² rows; norms behind stages are there or not. */
function swinConfig(config: SwinConfig, keys: readonly string[], source: ParamSource): SwinConfig {
  const table = keys.find((key) => key.endsWith('.relative_position_bias_table'));
  const [rows = 0] = (table === undefined ? null : source.shape?.(table)) ?? [];
  const window = (Math.sqrt(rows) + 1) / 2;
  const firstNormed = [0, 1, 2, 3].find((i) => keys.some((key) => isNormOf(key, i))) ?? 4;
  return { ...config, firstNormed, ...(Number.isInteger(window) && window > 0 && { window }) };
}

function isNormOf(key: string, stage: number): boolean {
  return key.startsWith(`norm${stage}.`) || key.includes(`hidden_states_norms.stage${stage + 1}.`);
}
