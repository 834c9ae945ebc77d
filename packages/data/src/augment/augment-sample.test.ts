import { type Random, seededRandom } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { expect, test } from 'vitest';

import { toMaskSample } from '../data-sets/mask-conversions.ts';
import { SceneDataset } from '../data-sets/scene-dataset.ts';
import { SCENE_CATEGORIES } from '../scenes/categories.ts';
import { type AugmentStep, augmentSample } from './augment-sample.ts';
import { augmentations } from './augmentations.ts';
import { turnSample } from './turn.ts';

const scenes = new SceneDataset({ split: 'training', length: 9, height: 48, width: 64 });
const read = async (index: number) => toMaskSample(await scenes.read(index), SCENE_CATEGORIES);
const another = (random: Random) => read(Math.floor(random() * 9));
const context = { another, categories: SCENE_CATEGORIES };

test('the recipe for small sets gives squares, the same from the same seed, and every kind of change', async () => {
  const sample = await read(0);
  const names = new Set<string>();
  for (let seed = 0; seed < 12; seed++) {
    const once = await augmentSample(sample, augmentations.finetune(40), seededRandom(seed), context);
    expect(await augmentSample(sample, augmentations.finetune(40), seededRandom(seed), context)).toEqual(once);
    expect([once.image.height, once.image.width, once.image.data.length]).toEqual([40, 40, 4800]);
    names.add(once.image.data.join());
  }
  expect(names.size).toBe(12);
});

test.each([
  ['mask2Former', augmentations.mask2Former(64), 64, 64],
  ['semantic', augmentations.semantic(64), 64, 64],
  ['maxDeepLab', augmentations.maxDeepLab(65), 65, 65],
])('the recipe of %s gives its size', async (_, steps, height, width) => {
  for (let seed = 0; seed < 6; seed++) {
    const { image } = await augmentSample(await read(seed), steps, seededRandom(seed), context);
    expect([image.height, image.width]).toEqual([height, width]);
  }
});

test('the recipes of several scales give their edges', async () => {
  for (let seed = 0; seed < 6; seed++) {
    const solo = await augmentSample(await read(1), augmentations.solo(), seededRandom(seed));
    expect(Math.min(solo.image.height, solo.image.width) % 32).toBe(0);
    const detr = await augmentSample(await read(1), augmentations.detr(), seededRandom(seed));
    expect(Math.min(detr.image.height, detr.image.width)).toBeGreaterThanOrEqual(480);
    expect(Math.max(detr.image.height, detr.image.width)).toBeLessThanOrEqual(1333);
  }
});

test('steps that need other samples say so, and unknown ones are refused', async () => {
  const mosaic: AugmentStep = { kind: 'mosaic', chance: 1, size: [8, 8] };
  await expect(augmentSample(await read(0), [mosaic], seededRandom(1))).rejects.toThrow(
    'augmentSample: expected other samples for mosaic, got none',
  );
  const unknown = { kind: 'shear' } as unknown as AugmentStep;
  await expect(augmentSample(await read(0), [unknown], seededRandom(1))).rejects.toThrow(
    'augmentSample: expected a known kind of step, got "shear"',
  );
});

test('a quarter turns the right side down, and masks with it; four are none', async () => {
  const sample = await read(0);
  const once = turnSample(sample, 1);
  const { width, height } = sample.image;
  expect([once.image.width, once.image.height]).toEqual([height, width]);
  const at = ({ data, width: row }: RgbImage, x: number, y: number) => {
    const start = 3 * (y * row + x);
    return [...data.subarray(start, start + 3)];
  };
  expect(at(once.image, 0, width - 1)).toEqual(at(sample.image, width - 1, height - 1)); // lower right to lower left
  const { mask } = sample.segments[0];
  const turned = once.segments[0].mask;
  expect([turned.x, turned.y]).toEqual([height - mask.y - mask.height, mask.x]);
  expect([1, 1, 1].reduce((now) => turnSample(now, 1), once)).toEqual(sample);
  expect(turnSample(once, 1)).toEqual(turnSample(sample, 2));
});
