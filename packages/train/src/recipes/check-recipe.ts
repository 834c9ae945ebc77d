import { readAs } from '@seg/checkpoint/safetensors';
import * as v from 'valibot';

import type { TrainingRecipe } from '../fit/recipe.ts';
import { RECIPE_FIELDS } from './recipe-fields.ts';

/** Fields that a recipe has to have; the others have defaults. */
const NEEDED = ['steps', 'learningRate', 'warmup', 'weightDecay', 'seed'] as const;

/** Fields of other names are somebody else's. */
const RECIPE = v.required(v.partial(v.object(RECIPE_FIELDS)), [...NEEDED]);

/**
 * Refuses a recipe that is none, before anything is computed: the fields of {@link TrainingRecipe}, and those of `Recipe`
 * where it has them.
 *
 * @param where Stands before errors. Default: recipe
 * @throws FormatError naming the field, what was expected, and what came
 */
export function checkRecipe(recipe: TrainingRecipe, where = 'recipe'): void {
  readAs(where, RECIPE, recipe);
}
