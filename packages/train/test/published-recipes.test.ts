import { ParamStore, useBackend } from '@seg/core';
import { buildModel, PRESETS, type PresetName } from '@seg/models';
import { beforeAll, expect, test } from 'vitest';

import { publishedRecipe } from '../src/recipes/published.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

function keysOf(name: PresetName): string[] {
  const params = new ParamStore('shapes');
  buildModel(params, PRESETS[name].config);
  params.dispose();
  return [...params.shapes.keys()];
}

const NAMES = Object.keys(PRESETS) as PresetName[];

test.each(NAMES)('every pattern of the recipe of %s finds parameters, and its numbers fit together', (name) => {
  const recipe = publishedRecipe(name, PRESETS[name].config);
  expect(recipe).not.toBeNull();
  const keys = keysOf(name);
  for (const pattern of [...(recipe!.groups ?? []).map((group) => group.keys), ...(recipe!.freeze ?? [])]) {
    expect(
      keys.some((key) => new RegExp(pattern).test(key)),
      pattern,
    ).toBe(true);
  }
  if (recipe!.schedule?.kind === 'step') {
    for (const milestone of recipe!.schedule.milestones) expect(milestone).toBeLessThan(recipe!.steps);
  }
});

// Cheng et al. 2022, section 4.1: 50 epochs of 118,000 images are 368,750 steps of 16, 100 epochs twice as many
test('epochs and batches give the steps of the papers', () => {
  const epochs = (name: PresetName, images = 118_000) => {
    const { steps, batch } = publishedRecipe(name, PRESETS[name].config)!;
    return (steps * batch) / images;
  };
  expect(epochs('mask2former-r50-coco-panoptic')).toBeCloseTo(50, 6);
  expect(epochs('mask2former-swin-l-coco-panoptic')).toBeCloseTo(100, 6);
  expect(epochs('panoptic-segformer-r50-coco', 117_266)).toBeCloseTo(24, 2);
  expect(epochs('solo-r50-coco', 117_266)).toBeCloseTo(36, 1);
});
