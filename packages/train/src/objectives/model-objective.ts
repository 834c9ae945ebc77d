import type { ParamStore } from '@seg/core';
import type { Category } from '@seg/image';
import { hasBackbone, type Network, withBackbone } from '@seg/models';

import { FrozenBackbone } from '../frozen-backbone/frozen-backbone.ts';
import { BACKBONE_KEYS } from '../recipes/backbone-keys.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { type AnyObjective, objectiveOf } from './objective-of.ts';

/**
 * Makes the objective of a recipe. Where samples come again and the whole backbone is frozen, the rest of the network trains on
 * maps of the backbone that are computed once; MaX-DeepLab, whose encoder has the memory path in it, trains as ever.
 */
export function modelObjective(
  network: Network,
  params: ParamStore,
  categories: readonly Category[],
  recipe: Recipe,
): AnyObjective {
  const { seed, loss, semanticWeight, distinctSamples, keptFeatures } = recipe;
  const options = { categories, seed, loss, semanticWeight };
  if (distinctSamples === undefined || !hasBackbone(network) || !isBackboneFrozen(params, recipe)) {
    return objectiveOf(network, params, options);
  }
  const backbone = new FrozenBackbone(network.backbone, keptFeatures);
  const objective = objectiveOf(withBackbone(network, backbone), params, options);
  return { ...objective, prepare: (batch) => backbone.prepare(batch) };
}

function isBackboneFrozen(params: ParamStore, { freeze = [] }: Recipe): boolean {
  const patterns = freeze.map((pattern) => new RegExp(pattern));
  const keys = params.keys().filter((key) => new RegExp(BACKBONE_KEYS).test(key));
  return keys.every((key) => patterns.some((pattern) => pattern.test(key)));
}
