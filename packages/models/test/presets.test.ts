import { expect, test } from 'vitest';

import {
  ADE20K,
  ADE20K_INSTANCE,
  CITYSCAPES,
  CITYSCAPES_INSTANCE,
  COCO_INSTANCE,
  COCO_PANOPTIC,
} from '../src/description/data-set-categories.ts';
import type { ModelDescription } from '../src/description/model-description.ts';
import { MASK2FORMER_PRESETS } from '../src/systems/mask2former/presets.ts';
import { MASKFORMER_PRESETS } from '../src/systems/maskformer/presets.ts';
import { MAX_DEEPLAB_PRESETS } from '../src/systems/max-deeplab/presets.ts';
import { PANOPTIC_SEGFORMER_PRESETS } from '../src/systems/panoptic-segformer/presets.ts';
import { PANOPTIC_SEGFORMER } from '../src/systems/panoptic-segformer/system.ts';
import { SOLO_PRESETS } from '../src/systems/solo/presets.ts';
import { systemOf } from '../src/systems/system.ts';
import { PRESETS, SYSTEMS } from '../src/systems/systems.ts';

const presets = Object.entries<ModelDescription>(PRESETS);

test.each(presets)('%s: a category for every class, things and stuff where the model has them', (_, description) => {
  const { config, categories } = description;
  expect(categories.length).toBe(systemOf('test', config, SYSTEMS).numClasses(config));
  expect(JSON.parse(JSON.stringify(description))).toEqual(description); // plain data
  if (config.model !== 'panoptic_segformer') return;
  const { numThingClasses } = PANOPTIC_SEGFORMER.readConfig('test', config);
  expect(categories.map(({ isThing }) => isThing).lastIndexOf(true)).toBe(numThingClasses - 1);
});

test('every config of every model is in the table', () => {
  const used = new Set(presets.map(([, { config }]) => config));
  const all = [MASK2FORMER_PRESETS, MASKFORMER_PRESETS, SOLO_PRESETS, MAX_DEEPLAB_PRESETS, PANOPTIC_SEGFORMER_PRESETS];
  const missing = all.flatMap((table) => Object.entries(table)).filter(([, config]) => !used.has(config));
  expect(missing.map(([name]) => name)).toEqual([]);
});

// Counts, first and last of panopticapi's panoptic_coco_categories.json, Mask2Former's register_ade20k_panoptic.py and
// cityscapesScripts' labels.py.
test.each([
  [COCO_PANOPTIC, 133, 80, [1, 'person'], [200, 'rug-merged']],
  [COCO_INSTANCE, 80, 80, [1, 'person'], [90, 'toothbrush']],
  [ADE20K, 150, 100, [1, 'wall'], [150, 'flag']],
  [ADE20K_INSTANCE, 100, 100, [8, 'bed'], [150, 'flag']],
  [CITYSCAPES, 19, 8, [7, 'road'], [33, 'bicycle']],
  [CITYSCAPES_INSTANCE, 8, 8, [24, 'person'], [33, 'bicycle']],
] as const)(
  'categories of a data set: as many as published, ids rising, names clean',
  (set, count, things, first, last) => {
    const ids = set.map(({ id }) => id);
    expect(set.length).toBe(count);
    expect(set.filter(({ isThing }) => isThing).length).toBe(things);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect([set[0].id, set[0].name]).toEqual(first);
    expect([set[count - 1].id, set[count - 1].name]).toEqual(last);
    for (const { name } of set) expect(name).toMatch(/^[a-z][a-z, -]*$/);
  },
);
