import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useBackend } from '@seg/core';
import { PRESETS } from '@seg/models';
import { publishedRecipe } from '@seg/train';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';

import { main } from '../main.ts';
import { chooseRecipe } from './choose-recipe.ts';
import { openTrainingModel } from './open-training-model.ts';

const PRESET = 'mask2former-r50-coco-panoptic';

beforeAll(async () => void (await useBackend('cpu')));

function recipeFile(fields: object): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-recipe-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'r.json'), JSON.stringify(fields));
  return path.join(folder, 'r.json');
}

test('a preset is trained by its authors’ recipe unless told otherwise, a small model by that of small sets', async () => {
  const [preset, small] = [
    await openTrainingModel(PRESET, undefined, undefined),
    await openTrainingModel('solov2', undefined, undefined),
  ];
  const authors = publishedRecipe(PRESET, PRESETS[PRESET].config)!;
  expect(await chooseRecipe(undefined, preset)).toEqual(authors);
  expect((await chooseRecipe('finetune', preset)).steps).toBe(1000);
  // 327,778 and 355,092 of 368,750 steps, of seven: 6.2 and 6.7
  const seven = { ...authors, steps: 7, schedule: { kind: 'step', milestones: [6, 7] } };
  expect(await chooseRecipe(recipeFile({ steps: 7 }), preset)).toEqual(seven);
  expect(await chooseRecipe(undefined, small)).toEqual(await chooseRecipe('finetune', small));
  await expect(chooseRecipe('published', small)).rejects.toThrow('expected --model with a preset whose recipe');
});

test('a recipe is printed without data', async () => {
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  const told = vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(await main(['train', '--model', PRESET, '--print-recipe', '--backend', 'cpu', '--steps', '9'])).toBe(0);
  expect(JSON.parse(printed[0])).toMatchObject({ steps: 9, batch: 16, learningRate: 1e-4 }); // Cheng et al. 2022, 4.1
  expect(await main(['train', '--out', 'nowhere'])).toBe(2);
  expect(told).toHaveBeenLastCalledWith('seg: train: expected --data with a data set, got none');
  vi.restoreAllMocks();
});
