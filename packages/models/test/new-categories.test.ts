import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type StoredValue, writeSafetensors } from '@seg/checkpoint';
import { init, ParamStore, useBackend } from '@seg/core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { BackboneConfig } from '../src/backbones/backbone.ts';
import { backboneOf } from '../src/backbones/pretrained-backbone.ts';
import { loadModel } from '../src/load-model.ts';
import { openModel } from '../src/open-model.ts';
import { buildModel } from '../src/systems/systems.ts';
import { saveModel } from '../src/weights/save-model.ts';
import { storedParams } from '../src/weights/stored-params.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

let parent = '';

beforeAll(async () => {
  await useBackend('cpu');
  parent = mkdtempSync(path.join(tmpdir(), 'seg-categories-'));
  for (const [name, description] of Object.entries(TINY_DESCRIPTIONS)) {
    init.seedInitializers(1);
    const params = new ParamStore();
    buildModel(params, description.config);
    await saveModel(path.join(parent, name), description, storedParams(params));
    params.dispose();
  }
});
afterAll(() => rmSync(parent, { recursive: true }));

const thing = (id: number) => ({ id, name: `thing ${id}`, isThing: true });
const stuff = (id: number) => ({ id, name: `stuff ${id}`, isThing: false });

const weightAndBias = (path: string) => [`${path}.weight`, `${path}.bias`];

/** Parameters with a row or column for each class, by the modules' names in each paper's code. */
const HEADS: Record<string, string[]> = {
  mask2former: weightAndBias('class_predictor'),
  maskformer: weightAndBias('class_predictor'),
  solo: weightAndBias('bbox_head.solo_cate'),
  decoupled_solo: weightAndBias('bbox_head.dsolo_cate'),
  decoupled_solo_light: weightAndBias('bbox_head.dsolo_cate'),
  solov2: weightAndBias('bbox_head.solo_cate'),
  'max-deeplab': ['transformer_class_head/_conv', 'semantic_last_layer'].flatMap((path) => [
    `${path}/kernel`,
    `${path}/bias`,
  ]),
  panoptic_segformer: [0, 1]
    .flatMap((layer) => weightAndBias(`bbox_head.cls_branches.${layer}`))
    .concat('bbox_head.stuff_query.weight'),
};

test.each(Object.keys(TINY_DESCRIPTIONS))(
  '%s keeps all but the heads of other categories, and names those',
  async (name) => {
    const published = await loadModel(path.join(parent, name));
    const categories = [thing(7), thing(9), thing(10), thing(12), stuff(20), stuff(21), stuff(22)];
    init.seedInitializers(5);
    const { model, fresh = [], categories: own } = await loadModel(path.join(parent, name), undefined, { categories });
    expect(own).toEqual(categories);
    expect(published.fresh).toEqual([]);
    expect(fresh).toEqual(HEADS[name]);
    expect(model.params.keys()).toEqual(published.model.params.keys());
    for (const key of model.params.keys()) {
      const [now, before] = [model, published.model].map((one) => one.params.get(key));
      if (fresh.includes(key)) expect(now.shape).not.toEqual(before.shape);
      else expect(await now.data()).toEqual(await before.data());
    }
    model.dispose();
    published.model.dispose();
  },
);

test('where the number of classes stays, so do the heads', async () => {
  const categories = [thing(1), thing(2), thing(3), stuff(4), stuff(5)];
  const { model, fresh } = await loadModel(path.join(parent, 'mask2former'), undefined, { categories });
  expect(fresh).toEqual([]);
  model.dispose();
});

test('Panoptic SegFormer has things before stuff, with the ids that they came with', async () => {
  const categories = [stuff(4), thing(2), stuff(1), thing(7)];
  const { description } = await openModel(path.join(parent, 'panoptic_segformer'), undefined, { categories });
  expect(description.categories).toEqual([thing(2), thing(7), stuff(4), stuff(1)]);
  expect(description.config).toMatchObject({ numThingClasses: 2, numStuffClasses: 2 });
  const other = await openModel(path.join(parent, 'mask2former'), undefined, { categories });
  expect(other.description.categories).toEqual(categories);
});

test.each([
  ['mask2former', [], 'mask2former: expected at least one category, got none'],
  ['mask2former', [thing(1), thing(1)], 'mask2former: expected categories of one id each, got 1 twice'],
  [
    'solo',
    [thing(1), { ...thing(2), name: 'thing 1' }],
    'solo: expected categories of one name each, got thing 1 twice',
  ],
  ['panoptic_segformer', [thing(1), thing(2)], 'expected things and stuff among the categories, got 2 and 0'],
])('%s refuses categories that it cannot have', async (name, categories, reason) => {
  await expect(loadModel(path.join(parent, name), undefined, { categories })).rejects.toThrow(reason);
});

test('a description without weights is opened with every parameter to be initialized', async () => {
  const opened = await openModel('a preset', TINY_DESCRIPTIONS.mask2former, { weights: false, categories: [thing(1)] });
  init.seedInitializers(2);
  const model = opened.build(opened.createParams());
  expect(model.params.get('class_predictor.bias').shape).toEqual([2]);
  expect(model.network.constructor.name).toBe('Mask2Former');
  model.dispose();
});

test('published weights of a backbone are adopted by a model that starts from nothing', async () => {
  const { config } = TINY_DESCRIPTIONS.mask2former;
  init.seedInitializers(9);
  const donor = backboneOf(config.backbone as BackboneConfig, null);
  const file = path.join(parent, 'backbone.safetensors');
  const tensors = new Map<string, StoredValue>();
  for await (const [key, value] of storedParams(donor.params)) tensors.set(key, value);
  writeFileSync(file, writeSafetensors(tensors, { metadata: { format: 'pt' } }));
  const opened = await openModel('tiny', TINY_DESCRIPTIONS.mask2former, { weights: false, backbone: file });
  init.seedInitializers(2);
  const model = opened.build(opened.createParams());
  for (const key of donor.params.keys()) {
    const held = model.params.get(`model.pixel_level_module.encoder.${key}`);
    expect(await held.data()).toEqual(await donor.params.get(key).data());
  }
  model.dispose();
  donor.dispose();
  const without = await openModel('tiny', TINY_DESCRIPTIONS['max-deeplab'], { weights: false, backbone: file });
  expect(() => without.build(without.createParams())).toThrow(
    'expected a model with a backbone of its own, got max-deeplab',
  );
});
