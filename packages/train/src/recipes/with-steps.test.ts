import { expect, test } from 'vitest';

import { scheduleOf } from '../fit/recipe.ts';
import { finetuneRecipe } from './finetune.ts';
import { parseRecipe } from './parse-recipe.ts';
import type { Recipe } from './recipe.ts';
import { withSteps } from './with-steps.ts';

const BASE = finetuneRecipe({ model: 'mask2former', isNew: true });

const highest = (recipe: Recipe) => Math.max(...Array.from({ length: recipe.steps }, (_, k) => scheduleOf(recipe)(k)));

test('milestones keep their share of the steps, and steps are a number', () => {
  const stepped: Recipe = { ...BASE, steps: 100, schedule: { kind: 'step', milestones: [60, 90], factor: 0.5 } };
  for (const [steps, milestones] of [
    [10, [6, 9]],
    [200, [120, 180]],
    [100, [60, 90]],
    [1, [1, 1]],
  ] as const) {
    expect(withSteps(stepped, steps).schedule).toEqual({ kind: 'step', milestones, factor: 0.5 });
  }
  expect(withSteps(BASE, 20).schedule).toEqual(BASE.schedule);
  for (const steps of [-1, 0, 1.5, Number.NaN]) expect(() => withSteps(BASE, steps)).toThrow('withSteps: expected');
});

test('a recipe of fewer steps reaches its learning rate, whoever says the steps', () => {
  for (const recipe of [withSteps(BASE, 20), parseRecipe('a.json', '{"steps": 20}', BASE)]) {
    expect([recipe.steps, recipe.warmup]).toEqual([20, 1]);
    expect(highest(recipe)).toBeGreaterThan(0.99 * BASE.learningRate);
  }
  expect(highest(finetuneRecipe({ model: 'mask2former', isNew: true, steps: 20 }))).toBeGreaterThan(5e-4);
  expect(parseRecipe('a.json', '{"steps": 20, "warmup": 7}', BASE).warmup).toBe(7);
  expect(withSteps(BASE, 4000).warmup).toBe(BASE.warmup);
});
