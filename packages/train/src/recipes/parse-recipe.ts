import { parseJson, readAs } from '@seg/checkpoint/safetensors';
import * as v from 'valibot';

import type { Recipe } from './recipe.ts';
import { RECIPE_FIELDS } from './recipe-fields.ts';
import { withSteps } from './with-steps.ts';

/** Lists pass for objects whose fields may all be absent. */
const CHANGES = v.pipe(
  v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object'),
  v.partial(v.strictObject(RECIPE_FIELDS)),
);

/**
 * Reads a recipe from JSON: its fields in place of a base's, whose warm-up follows a lower number of steps. Fields that are not known are refused.
 *
 * @param file Names the text in errors
 * @throws FormatError naming the field, what was expected, and what came
 */
export function parseRecipe(file: string, text: string, base: Recipe): Recipe {
  const changes = readAs(file, CHANGES, parseJson(file, text)) as Partial<Recipe>;
  const { steps = base.steps } = changes;
  return { ...withSteps(base, steps), ...changes };
}
