import { checkRecipe, smallModel } from '@seg/train';
import { expect, test } from 'vitest';

import { checkChoices, chosenRecipe } from './chosen-recipe.ts';

const { config } = smallModel('mask2former');

test('a frozen backbone sees twenty-four crops of each photograph once, in half a gigabyte', () => {
  const recipe = chosenRecipe(config, {}, 12);
  expect(recipe).toMatchObject({
    distinctSamples: 288,
    keptFeatures: { bytes: 536_870_912, precision: 'float16' },
    saveEvery: 20,
  });
  expect(recipe.freeze).toHaveLength(1);
  expect(() => checkRecipe(recipe)).not.toThrow();
  expect(chosenRecipe(config, { cropsPerPhotograph: 3 }, 12).distinctSamples).toBe(36);
});

test('all crops are new where all of the model trains, where they would hardly come again, and for MaX-DeepLab', () => {
  expect(chosenRecipe(config, { freezeBackbone: false }, 12)).not.toHaveProperty('freeze');
  expect(chosenRecipe(config, { freezeBackbone: false }, 12)).not.toHaveProperty('distinctSamples');
  expect(chosenRecipe(config, { cropsPerPhotograph: 0 }, 12)).not.toHaveProperty('distinctSamples');
  expect(chosenRecipe(config, { steps: 143 }, 12)).not.toHaveProperty('distinctSamples'); // 4 · 143 is less than twice 288
  expect(chosenRecipe(config, { steps: 144 }, 12)).toHaveProperty('distinctSamples', 288);
  const encoder = chosenRecipe(smallModel('max-deeplab').config, {}, 12);
  expect(encoder).not.toHaveProperty('distinctSamples');
  expect(encoder.freeze).toHaveLength(1);
});

test.each([
  [{ size: Number.NaN }, 'from 1 on as size, got NaN'],
  [{ steps: 0 }, 'from 1 on as steps, got 0'],
  [{ steps: 2.5 }, 'from 1 on as steps, got 2.5'],
  [{ cropsPerPhotograph: -1 }, 'from 0 on as cropsPerPhotograph, got -1'],
  [{ size: '256' as never }, 'from 1 on as size, got 256'],
])('%o is refused by name', (choices, message) => {
  expect(() => checkChoices(choices)).toThrow(`finetune: expected a whole number ${message}`);
});
