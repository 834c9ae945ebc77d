import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { FormatError, utf8Text } from '@seg/checkpoint';
import { systemReason } from '@seg/checkpoint/node';
import { finetuneRecipe, parseRecipe, publishedRecipe, type Recipe } from '@seg/train';

import { UsageError } from '../process/exit-code.ts';
import type { TrainingModel } from './open-training-model.ts';

/** Side of the crops of MaX-DeepLab: one more than a multiple of 32, so that corners of all maps lie on the image's. */
const ALIGNED_SIDE = 257;

/**
 * Recipe of a training: `finetune`, `published`, or a file whose fields stand in place of those of the default.
 *
 * @param choice Default: the published one of a preset that has one, else `finetune`
 * @throws UsageError where a model has no published recipe; FormatError where a file is none
 */
export async function chooseRecipe(choice: string | undefined, model: TrainingModel): Promise<Recipe> {
  if (choice === undefined) return ofAuthors(model) ?? finetune(model);
  if (choice === 'finetune') return finetune(model);
  if (choice === 'published') return published(model);
  if (!existsSync(choice))
    throw new UsageError(`train: expected --recipe finetune, published or a file, got ${choice}`);
  const bytes = await readFile(choice).catch((error: unknown) => {
    throw new FormatError(`${choice}: expected a recipe to read, got ${systemReason(error)}`, { cause: error });
  });
  return parseRecipe(choice, utf8Text(choice, bytes, 'JSON'), ofAuthors(model) ?? finetune(model));
}

function finetune({ isNew, preset, opened }: TrainingModel): Recipe {
  const { model } = opened.description.config;
  const size = model === 'max-deeplab' ? ALIGNED_SIDE : undefined;
  return finetuneRecipe({ model, isNew: isNew || preset !== null, size });
}

/** The authors' recipe of a preset; null of any other model. */
function ofAuthors({ preset, opened }: TrainingModel): Recipe | null {
  return preset === null ? null : publishedRecipe(preset, opened.description.config);
}

function published(model: TrainingModel): Recipe {
  const recipe = ofAuthors(model);
  if (recipe !== null) return recipe;
  throw new UsageError('train: expected --model with a preset whose recipe is published, got one without');
}
