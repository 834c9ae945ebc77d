import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  invertedMap,
  type KeyMap,
  type ParamSource,
  renamed,
  type StoredValue,
  writeSafetensors,
} from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { backboneOf } from '../src/backbones/pretrained-backbone.ts';
import { huggingFacePvtKeys, timmPvtKeys } from '../src/backbones/pvt-key-maps.ts';
import {
  BACKBONES,
  type BackboneConfig,
  type BackboneName,
  buildBackbone,
  createBackbone,
  detectron2ResNetKeys,
  originalSwinKeys,
  PVT_V2_B0,
  type SwinConfig,
  torchvisionResNetKeys,
} from '../src/backbones.ts';
import { formulaSource, keysOf, TINY_SWIN } from './tiny.ts';

beforeAll(async () => void (await useBackend('wasm')));

/** Weights of a backbone under our keys, by formula. */
function weightsOf(config: BackboneConfig): ParamSource {
  return formulaSource(keysOf((params: ParamStore) => buildBackbone(params.root, config)));
}

function record(source: ParamSource): Record<string, StoredValue> {
  return Object.fromEntries([...source.keys()].map((key) => [key, source.read(key)!]));
}

const CLASSIFIER = { shape: [3, 4], values: new Float32Array(12) };
const COUNTER = { shape: [], values: new Float32Array(1) };
const RESNET: BackboneConfig = { type: 'resnet', stemDim: 16, depths: [2, 1, 1, 1], dims: [32, 64, 96, 128] };
/** Swin as it classifies: no norms behind the stages. */
const SWIN: SwinConfig = { ...TINY_SWIN, firstNormed: 4 };
const PVT: BackboneConfig = { ...PVT_V2_B0, dims: [8, 16, 20, 16], depths: [1, 1, 1, 1], numHeads: [1, 2, 5, 8] };
const inside = (prefix: string): KeyMap => [{ foreign: '{*}', ours: `${prefix}.{*}` }];

const under = (config: BackboneConfig, map: KeyMap) => record(renamed(weightsOf(config), invertedMap(map)));
const sourceOfRecord = (weights: Record<string, StoredValue>): ParamSource => ({
  keys: () => Object.keys(weights),
  read: (key) => weights[key] ?? null,
  shape: (key) => weights[key]?.shape ?? null,
});
const timmDownsample = (weights: Record<string, StoredValue>) =>
  Object.fromEntries(
    Object.entries(weights).map(([key, value]) => [
      key.replace(/^layers\.(\d)\.downsample/, (_, i) => `layers.${Number(i) + 1}.downsample`),
      value,
    ]),
  );

/** torchvision counts the embedding, stages and merges of its Swin as one list. */
const torchvisionSwin = (weights: Record<string, StoredValue>) =>
  Object.fromEntries(
    Object.entries(weights).map(([key, value]) => [
      key
        .replace('patch_embed.proj', 'features.0.0')
        .replace('patch_embed.norm', 'features.0.2')
        .replace(/^layers\.(\d)\.downsample/, (_, i) => `features.${2 * Number(i) + 2}`)
        .replace(/^layers\.(\d)\.blocks/, (_, i) => `features.${2 * Number(i) + 1}`)
        .replace('mlp.fc1', 'mlp.0')
        .replace('mlp.fc2', 'mlp.3'),
      value,
    ]),
  );

const CASES: [string, BackboneConfig, () => Record<string, StoredValue>][] = [
  [
    'torchvision and timm',
    RESNET,
    () => ({
      ...under(RESNET, torchvisionResNetKeys('', '')),
      'fc.weight': CLASSIFIER,
      'bn1.num_batches_tracked': COUNTER,
    }),
  ],
  ['detectron2', RESNET, () => ({ ...under(RESNET, detectron2ResNetKeys('', '')), 'stem.fc.weight': CLASSIFIER })],
  [
    'Hugging Face',
    RESNET,
    () => ({ ...record(renamed(weightsOf(RESNET), inside('resnet'))), 'classifier.1.weight': CLASSIFIER }),
  ],
  [
    "Swin's authors",
    SWIN,
    () => ({
      ...under(SWIN, originalSwinKeys('', '', 'mask2former')),
      'norm.weight': CLASSIFIER,
      'head.weight': CLASSIFIER,
      'layers.0.blocks.1.attn_mask': COUNTER,
      'layers.0.blocks.0.attn.relative_position_index': COUNTER,
    }),
  ],
  [
    'timm',
    SWIN,
    () => ({ ...timmDownsample(under(SWIN, originalSwinKeys('', '', 'mask2former'))), 'head.fc.weight': CLASSIFIER }),
  ],
  [
    'Hugging Face',
    SWIN,
    () => ({ ...record(renamed(weightsOf(SWIN), inside('swin'))), 'swin.layernorm.weight': CLASSIFIER }),
  ],
  [
    'a whole model of mmdetection, saved in parallel',
    RESNET,
    () => ({
      ...record(renamed(sourceOfRecord(under(RESNET, torchvisionResNetKeys('', ''))), inside('module.backbone'))),
      'module.decode_head.conv1.weight': CLASSIFIER,
    }),
  ],
  [
    'a whole Mask2Former of ours',
    RESNET,
    () => ({
      ...record(renamed(weightsOf(RESNET), inside('model.pixel_level_module.encoder'))),
      'class_predictor.weight': CLASSIFIER,
    }),
  ],
  [
    'torchvision',
    SWIN,
    () => ({
      ...torchvisionSwin(under(SWIN, originalSwinKeys('', '', 'mask2former'))),
      'features.1.0.attn.relative_position_index': COUNTER,
      'norm.weight': CLASSIFIER,
      'head.weight': CLASSIFIER,
    }),
  ],
  [
    "timm's features",
    SWIN,
    () =>
      Object.fromEntries(
        Object.entries(timmDownsample(under(SWIN, originalSwinKeys('', '', 'mask2former')))).map(([key, value]) => [
          key.replace(/^layers\./, 'layers_'),
          value,
        ]),
      ),
  ],
  ['timm', PVT, () => under(PVT, timmPvtKeys())],
  ['Hugging Face', PVT, () => record(renamed(sourceOfRecord(under(PVT, huggingFacePvtKeys())), inside('pvt_v2')))],
  ["PVTv2's authors", PVT, () => record(weightsOf(PVT))],
];

test.each(CASES)('%s: a backbone has the features of the same weights under our keys', async (_, config, weightsIn) => {
  const pixels = tf.randomNormal([1, 64, 96, 3], 0, 1, 'float32', 3) as tf.Tensor4D;
  const params = new ParamStore(weightsOf(config));
  const expected = buildBackbone(params.root, config).forward(pixels);
  const backbone = backboneOf({ ...config, firstNormed: undefined } as BackboneConfig, sourceOfRecord(weightsIn()));
  const maps = backbone.forward(pixels);
  expect(maps.map(({ shape }) => shape)).toEqual(
    [4, 8, 16, 32].map((stride, i) => [1, 64 / stride, 96 / stride, backbone.dims[i]]),
  );
  for (const [i, map] of maps.entries()) expect(await map.data()).toEqual(await expected[i].data());
  tf.dispose([pixels, expected, maps]);
  backbone.dispose();
  params.dispose();
});

test("Swin's windows are those of the weights, and its norms where the weights have them", () => {
  const config: BackboneConfig = { ...SWIN, window: 8, firstNormed: 1 };
  const weights = under(config, originalSwinKeys('', '', 'mask2former'));
  const backbone = backboneOf({ ...SWIN, firstNormed: 0 }, sourceOfRecord(weights));
  expect(backbone.params.keys()).toContain('hidden_states_norms.stage2.weight');
  expect(backbone.params.keys()).not.toContain('hidden_states_norms.stage1.weight');
  backbone.dispose();
});

test('a file of weights; what is missing, unexpected and misshapen is named', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'seg-backbone-'));
  const file = path.join(folder, 'resnet18.safetensors');
  const weights = under(BACKBONES.resnet18, torchvisionResNetKeys('', ''));
  await writeFile(file, writeSafetensors(new Map(Object.entries(weights))));
  const backbone = await createBackbone('resnet18', { weights: file });
  expect(backbone.dims).toEqual([64, 128, 256, 512]);
  backbone.dispose();
  const { 'conv1.weight': conv, 'bn1.weight': _, ...rest } = weights;
  const wrong = { ...rest, 'conv1.weight': { ...conv, shape: [64, 7, 7, 3] }, 'layer9.0.bias': COUNTER };
  const failure = createBackbone('resnet18', { weights: wrong });
  await expect(failure).rejects.toThrow(/embedder\.embedder\.normalization\.weight/);
  await expect(failure).rejects.toThrow(/layer9\.0\.bias/);
  await expect(failure).rejects.toThrow(/embedder\.embedder\.convolution\.weight/);
  await rm(folder, { recursive: true });
});

test('without weights they are random; an unknown name is refused with the known ones', async () => {
  const backbone = await createBackbone('resnet18');
  expect(backbone.params.keys().length).toBeGreaterThan(50);
  backbone.dispose();
  await expect(createBackbone('resnet51' as BackboneName)).rejects.toThrow(/expected resnet18, .*, got resnet51/);
});

test.each([
  ["Swin's authors", () => under(SWIN, originalSwinKeys('', '', 'mask2former'))],
  ['timm', () => timmDownsample(under(SWIN, originalSwinKeys('', '', 'mask2former')))],
  ['Hugging Face', () => record(renamed(weightsOf(SWIN), inside('swin')))],
  ['a whole MaskFormer', () => record(renamed(weightsOf({ ...SWIN, keys: 'maskformer' }), inside('model.encoder')))],
])('a Swin under the names that MaskFormer has takes weights of %s', async (tool, weightsIn) => {
  const config: BackboneConfig = { ...SWIN, keys: 'maskformer' };
  const backbone = backboneOf(config, sourceOfRecord(weightsIn()));
  const expected = new ParamStore(weightsOf(SWIN));
  buildBackbone(expected.root, SWIN);
  const key = 'encoder.layers.1.blocks.0.attention.self.key.weight';
  expect(backbone.params.keys()).toHaveLength(expected.keys().length);
  if (tool !== 'a whole MaskFormer') {
    expect(await backbone.params.get(`model.${key}`).data()).toEqual(await expected.get(key).data());
  }
  backbone.dispose();
  expected.dispose();
});

test('norms of a whole MaskFormer are those of its backbone', () => {
  const normed: SwinConfig = { ...TINY_SWIN, firstNormed: 0 };
  const whole = record(
    renamed(weightsOf({ ...normed, keys: 'maskformer' }), inside('model.pixel_level_module.encoder')),
  );
  for (const keys of ['maskformer', 'mask2former'] as const) {
    const backbone = backboneOf({ ...normed, keys }, sourceOfRecord(whole));
    const norm = keys === 'maskformer' ? 'hidden_states_norms.3.weight' : 'hidden_states_norms.stage4.weight';
    expect(backbone.params.keys()).toContain(norm);
    backbone.dispose();
  }
});
