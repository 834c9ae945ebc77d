import type { ParamStore } from '@seg/core';

import { AdamW } from '../optimizers/adamw.ts';
import { Lookahead } from '../optimizers/lookahead.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { groupsByKey, type ParameterGroup, WITHOUT_DECAY } from '../optimizers/parameter-groups.ts';
import { RAdam } from '../optimizers/radam.ts';
import { Sgd } from '../optimizers/sgd.ts';
import { cosineSchedule, polySchedule, type Schedule, stepSchedule, warmup } from '../schedules.ts';

/** Rule by which parameters change. */
export type OptimizerChoice =
  | { kind: 'adamw' | 'radam'; betas?: readonly [number, number]; epsilon?: number }
  | { kind: 'sgd'; momentum?: number };

/** Course of the learning rate behind the warm-up. */
export type ScheduleChoice =
  | { kind: 'cosine' | 'constant' }
  | { kind: 'poly'; power?: number }
  /** Milestones in steps. */
  | { kind: 'step'; milestones: readonly number[]; factor?: number };

/** Recipe of a training: plain data, kept beside its results. */
export type TrainingRecipe = {
  steps: number;
  /** At the end of the warm-up. */
  learningRate: number;
  /** Steps of the warm-up. */
  warmup: number;
  /** Part of the learning rate at which the warm-up begins. Default: 0 */
  warmupFactor?: number;
  /** Default: cosine */
  schedule?: ScheduleChoice;
  /** Default: AdamW */
  optimizer?: OptimizerChoice;
  /** Slow weights behind the optimizer (Zhang et al. 2019). Default: none */
  lookahead?: { every?: number; part?: number };
  weightDecay: number;
  /** Factors by key. Default: {@link WITHOUT_DECAY} */
  groups?: readonly ParameterGroup[];
  /** Largest norm of all gradients together. Default: none */
  clipNorm?: number;
  /** Decay of a moving average of the parameters, which is then validated and kept. Default: none */
  average?: number;
  /** Batches whose gradients are averaged for one step. Default: 1 */
  accumulate?: number;
  /** True to compute blocks of backbone and encoder again for their gradients, in place of keeping what is in them. Default: false */
  recompute?: boolean;
  /** Regular expressions of keys that are not trained. Default: none */
  freeze?: readonly string[];
  /** Of the first values of the parameters, and of what is random in a step. */
  seed: number;
};

/** Learning rate of a recipe, by step. */
export function scheduleOf({ learningRate, steps, schedule, warmup: first, warmupFactor }: TrainingRecipe): Schedule {
  return warmup(bare(learningRate, steps, schedule ?? { kind: 'cosine' }), first, warmupFactor);
}

function bare(learningRate: number, steps: number, choice: ScheduleChoice): Schedule {
  switch (choice.kind) {
    case 'cosine':
      return cosineSchedule(learningRate, steps);
    case 'constant':
      return () => learningRate;
    case 'poly':
      return polySchedule(learningRate, steps, choice.power);
    case 'step':
      return stepSchedule(learningRate, choice.milestones, choice.factor);
    default:
      throw new RangeError(
        `recipe: expected cosine, constant, poly, step as schedule.kind, got ${(choice as ScheduleChoice).kind}`,
      );
  }
}

/** Optimizer of a recipe, over the parameters that train. */
export function createOptimizer(params: ParamStore, recipe: TrainingRecipe): Optimizer {
  const variables = params.trainable();
  const inner = bareOptimizer(variables, recipe);
  return recipe.lookahead === undefined ? inner : new Lookahead(variables, inner, recipe.lookahead);
}

function bareOptimizer(
  variables: ReturnType<ParamStore['trainable']>,
  { optimizer = { kind: 'adamw' }, weightDecay, groups = WITHOUT_DECAY, clipNorm }: TrainingRecipe,
): Optimizer {
  const shared = { weightDecay, clipNorm, group: groupsByKey(groups) };
  const { kind: _, ...own } = optimizer;
  switch (optimizer.kind) {
    case 'adamw':
      return new AdamW(variables, { ...shared, ...own });
    case 'radam':
      return new RAdam(variables, { ...shared, ...own });
    case 'sgd':
      return new Sgd(variables, { ...shared, ...own });
    default:
      throw new RangeError(
        `recipe: expected adamw, radam, sgd as optimizer.kind, got ${(optimizer as OptimizerChoice).kind}`,
      );
  }
}

/** Patterns of groups that find no parameter: misspelt, or of another system. */
export function groupsWithoutKeys(params: ParamStore, { groups = [] }: TrainingRecipe): string[] {
  const keys = params.keys();
  const finds = (pattern: string) => keys.some((key) => new RegExp(pattern).test(key));
  return groups.map(({ keys: pattern }) => pattern).filter((pattern) => !finds(pattern));
}

/**
 * Takes the parameters that a recipe freezes out of training.
 *
 * @returns How many they are
 * @throws RangeError where a pattern finds none, which is misspelt, or all are frozen
 */
export function freezeParameters(params: ParamStore, patterns: readonly string[]): number {
  const frozen = new Set<string>();
  for (const pattern of patterns) {
    const found = params.keys().filter((key) => new RegExp(pattern).test(key));
    if (found.length === 0) throw new RangeError(`freeze: expected a pattern of the model's keys, got ${pattern}`);
    for (const key of found) frozen.add(key);
  }
  if (frozen.size > 0 && [...params.trainable().keys()].every((key) => frozen.has(key))) {
    throw new RangeError(`freeze: expected parameters that train, got patterns of all: ${patterns.join(', ')}`);
  }
  for (const key of frozen) params.get(key).trainable = false;
  return frozen.size;
}
