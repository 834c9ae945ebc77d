import type { ModelConfig } from '@seg/models';
import { BACKBONE_KEYS, finetuneRecipe, type Recipe } from '@seg/train';

import type { FinetuneChoices } from './finetune-call.ts';

/** Steps between two checkpoints: some ten seconds of work, which a closed tab costs. */
const SAVE_EVERY = 20;

/** Crops of each photograph where the backbone is frozen: the maps of 288, of twelve photographs, just have room with the small model. */
const CROPS = 24;

/** Room for maps of a frozen backbone: half a gigabyte, a quarter of what a tab of a phone may have. */
const KEPT_BYTES = 2 ** 29;

/** @throws RangeError naming the choice */
export function checkChoices({ size = 1, steps = 1, cropsPerPhotograph = 0 }: FinetuneChoices): void {
  const counts = { size, steps, cropsPerPhotograph };
  for (const [name, count] of Object.entries(counts)) {
    const least = name === 'cropsPerPhotograph' ? 0 : 1;
    if (Number.isSafeInteger(count) && count >= least) continue;
    throw new RangeError(`finetune: expected a whole number from ${least} on as ${name}, got ${count}`);
  }
}

/**
 * Recipe of fine-tuning in a page: `finetuneRecipe`, over crops that come again where the backbone is frozen and each would be
 * shown twice at least.
 *
 * @param photographs Number of them
 */
export function chosenRecipe(
  { model, backbone }: ModelConfig,
  { size, steps, freezeBackbone = true, isNew = false, cropsPerPhotograph = CROPS }: FinetuneChoices,
  photographs: number,
): Recipe {
  const recipe = { ...finetuneRecipe({ model, isNew, size, steps }), saveEvery: SAVE_EVERY };
  if (!freezeBackbone) return recipe;
  const freeze = [BACKBONE_KEYS];
  const distinctSamples = cropsPerPhotograph * photographs;
  const comesAgain = distinctSamples > 0 && 2 * distinctSamples <= recipe.steps * recipe.batch;
  if (!comesAgain || typeof backbone !== 'object') return { ...recipe, freeze }; // MaX-DeepLab has no backbone to keep maps of
  return { ...recipe, freeze, distinctSamples, keptFeatures: { bytes: KEPT_BYTES, precision: 'float16' } };
}
