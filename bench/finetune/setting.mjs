// What `seg train --data FILE --recipe finetune --steps N --seed S` trains: data, model and recipe.
import { fileURLToPath } from 'node:url';
import { batchTensors } from '@seg/data';
import { openDataset, prefetch } from '@seg/data/node';
import { MASK2FORMER_LOSS } from '@seg/losses';
import { openModel } from '@seg/models';
import { finetuneRecipe, smallModel, trainedDescription } from '@seg/train';
import { rehearse } from '@seg/train/node';

/** Small Mask2Former that has seen generated scenes, with which the command begins. */
const START = fileURLToPath(new URL('../../packages/cli/starts/mask2former', import.meta.url));

/** @param {{ data: string, images: string, steps: number, seed: number }} options */
export async function openSetting({ data, images, steps, seed }) {
  const training = await openDataset(data, { images });
  const opened = await openModel(START, undefined, { categories: training.categories });
  const model = {
    ...opened,
    description: { ...opened.description, preprocessing: smallModel('mask2former').preprocessing },
  };
  const recipe = { ...finetuneRecipe({ model: 'mask2former', isNew: true, steps }), seed };
  const loss = { ...MASK2FORMER_LOSS, ...recipe.loss };
  return { training, model, recipe, loss, description: trainedDescription({ model, recipe }) };
}

/** Batches of a training from a step on, without end; the caller disposes them. */
export async function* batchesFrom({ training, recipe, description }, start) {
  const { batch: batchSize, seed, augment: steps } = recipe;
  for await (const { samples } of prefetch(training, { batchSize, seed, start, steps, threads: 1 })) {
    yield batchTensors(samples, description.preprocessing);
  }
}

/** Store of the parameters of a training before its first step, the auxiliary head's too; the caller disposes it. */
export async function firstValues({ training, model, recipe }) {
  for await (const event of rehearse({ model, data: { training }, task: 'instance', recipe }, 0)) {
    if (event.type === 'end') return event.params;
  }
  throw new Error('finetune: expected the end of a training of no steps, got none');
}
