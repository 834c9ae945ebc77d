import { expectNumber } from '../optimizers/expect-number.ts';
import type { Recipe } from './recipe.ts';

/**
 * A recipe of another number of steps. Of fewer, the warm-up keeps its share, so that the learning rate is reached. Milestones
 * keep theirs, also of more.
 *
 * @throws RangeError where the number is none
 */
export function withSteps(recipe: Recipe, steps: number): Recipe {
  expectNumber('withSteps', steps, { least: 1, isWhole: true });
  const share = Math.min(1, steps / recipe.steps);
  return {
    ...recipe,
    steps,
    warmup: Math.round(share * recipe.warmup),
    ...scaledSchedule(recipe, steps / recipe.steps),
  };
}

function scaledSchedule({ schedule }: Recipe, ratio: number): Pick<Recipe, 'schedule'> {
  if (schedule?.kind !== 'step') return {};
  const milestones = schedule.milestones.map((milestone) => Math.max(1, Math.round(ratio * milestone)));
  return { schedule: { ...schedule, milestones } };
}
