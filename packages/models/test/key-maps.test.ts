import { type ParamSource, renamed, renamedBack } from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import { beforeAll, expect, test } from 'vitest';
import { torchvisionResNetKeys } from '../src/backbones/key-maps.ts';
import { RESNET18, RESNET50, ResNet } from '../src/backbones/resnet.ts';
import { MASK2FORMER_ORIGINAL_KEYS } from '../src/systems/mask2former/key-map.ts';
import { Mask2Former } from '../src/systems/mask2former/mask2former.ts';
import { MASKFORMER_ORIGINAL_KEYS } from '../src/systems/maskformer/key-map.ts';
import { MaskFormer } from '../src/systems/maskformer/maskformer.ts';
import { formulaSource, keysOf, TINY_MASK2FORMER, TINY_MASKFORMER, TINY_SWIN } from './tiny.ts';

const CASES = [
  ['Mask2Former, ResNet', MASK2FORMER_ORIGINAL_KEYS, (p: ParamStore) => new Mask2Former(p, TINY_MASK2FORMER)],
  [
    'Mask2Former, Swin',
    MASK2FORMER_ORIGINAL_KEYS,
    (p: ParamStore) => new Mask2Former(p, { ...TINY_MASK2FORMER, backbone: TINY_SWIN }),
  ],
  ['MaskFormer, ResNet', MASKFORMER_ORIGINAL_KEYS, (p: ParamStore) => new MaskFormer(p, TINY_MASKFORMER)],
  [
    'MaskFormer, Swin',
    MASKFORMER_ORIGINAL_KEYS,
    (p: ParamStore) => new MaskFormer(p, { ...TINY_MASKFORMER, numEncoderLayers: 0, backbone: TINY_SWIN }),
  ],
] as const;

beforeAll(async () => {
  await useBackend('cpu');
});

test.each(CASES)('%s: to original keys and back gives the same bytes for every tensor', (_, map, construct) => {
  const source = formulaSource(keysOf(construct));
  const ours = new Map([...source.keys()].map((key) => [key, source.read(key)!]));
  const original = renamedBack(ours, map);
  const kept = [...original.keys()].filter((key) => ours.has(key));
  expect(kept, 'keys without a rule').toEqual([]);
  const foreign: ParamSource = { keys: () => original.keys(), read: (key) => original.get(key) ?? null };
  const back = renamed(foreign, map);
  expect([...back.keys()].sort()).toEqual([...ours.keys()].sort());
  for (const [key, value] of ours) expect(back.read(key), key).toEqual(value);
});

test('a checkpoint of another model is refused with every kind of fault at once', () => {
  const source = formulaSource(keysOf((p) => new Mask2Former(p, { ...TINY_MASK2FORMER, numClasses: 7 })));
  const params = new ParamStore(source);
  new MaskFormer(params, TINY_MASKFORMER);
  expect(() => params.verify()).toThrow(/missing: .*\n.*unexpected: .*\n.*wrong shape: .*class_predictor/);
});

// Names of torchvision's resnet18 and resnet50 (torchvision 0.2x, models/resnet.py), their classifier among them.
test.each([
  ['resnet18', RESNET18, 2],
  ['resnet50', RESNET50, 3],
] as const)("torchvision's own %s: every key becomes one of ours, the classifier aside", (_, config, convs) => {
  const norm = (name: string) => ['weight', 'bias', 'running_mean', 'running_var'].map((part) => `${name}.${part}`);
  const blocks = config.depths.flatMap((depth, i) => Array.from({ length: depth }, (_, j) => `layer${i + 1}.${j}`));
  const hasShortcut = (block: string) => block.endsWith('.0') && !(convs === 2 && block === 'layer1.0');
  const keys = [
    'conv1.weight',
    ...norm('bn1'),
    ...blocks.flatMap((block) => [
      ...Array.from({ length: convs }, (_, k) => [
        `${block}.conv${k + 1}.weight`,
        ...norm(`${block}.bn${k + 1}`),
      ]).flat(),
      ...(hasShortcut(block) ? [`${block}.downsample.0.weight`, ...norm(`${block}.downsample.1`)] : []),
    ]),
    'fc.weight',
    'fc.bias',
  ];
  const source: ParamSource = { keys: () => keys.values(), read: () => null };
  const ours = keysOf((params) => new ResNet(params.root, config));
  expect([...renamed(source, torchvisionResNetKeys('', '')).keys()].sort()).toEqual([...ours.keys()].sort());
});
