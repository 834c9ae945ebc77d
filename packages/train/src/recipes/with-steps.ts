import type { Recipe } from './recipe.ts';

/** A recipe of another number of steps. Of fewer, the warm-up keeps its share, so that the learning rate is reached. */
export function withSteps(recipe: Recipe, steps: number): Recipe {
  const share = Math.min(1, steps / recipe.steps);
  return { ...recipe, steps, warmup: Math.round(share * recipe.warmup) };
}
