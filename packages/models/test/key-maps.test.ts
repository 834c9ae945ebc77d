import { type ParamSource, renamed, renamedBack } from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import { beforeAll, expect, test } from 'vitest';
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
