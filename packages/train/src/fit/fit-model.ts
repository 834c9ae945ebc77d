import { withCategories } from '@seg/data';
import { type ModelDescription, type SegmentationModel, Segmenter } from '@seg/models';
import { expectNames } from '../expect-names.ts';
import { type MeasureOptions, measure } from '../measure/measure.ts';
import { type FitOptions, fit } from './fit.ts';
import type { FitEvent } from './fit-event.ts';
import { type ModelTraining, partsOf, samplesInTurn, usedDescription } from './model-parts.ts';
import type { TrainingStorage } from './training-storage.ts';

/** Options of {@link fitModel}. */
export type FitModelOptions = ModelTraining &
  Pick<FitOptions<SegmentationModel, never, never>, 'signal' | 'stopAt'> &
  Pick<MeasureOptions, 'task' | 'onImage'> & {
    /** Place where the training is kept; what is there goes on. */
    storage: TrainingStorage;
  };

const OPTIONS = [
  'model',
  'data',
  'recipe',
  'origin',
  'collective',
  'signal',
  'stopAt',
  'task',
  'onImage',
  'storage',
] as const;

/**
 * Trains a model on data wherever there is a backend, a page too: batches, validation, checkpoints, and the best parameters
 * at the end. `trainModel` of `@seg/train/node` is this with folders and threads.
 *
 * @throws FormatError where training and validation differ in their categories; Error of `fit`
 */
export function fitModel(options: FitModelOptions): AsyncGenerator<FitEvent<SegmentationModel>, void, void> {
  expectNames('fitModel', options, OPTIONS, ['model', 'data', 'recipe', 'task', 'storage']);
  const { data, recipe, task, storage, signal, stopAt, onImage } = options;
  const description = trainedDescription(options);
  const { categories, preprocessing, inference } = description;
  const parts = partsOf(options, description, samplesInTurn);
  const validation = data.validation && withCategories(data.validation, categories);
  return fit({
    ...parts,
    storage,
    validation: validation && {
      every: recipe.validateEvery ?? Math.max(1, Math.round(recipe.steps / 10)),
      patience: recipe.patience,
      run: async (model: SegmentationModel) => {
        const segmenter = new Segmenter({ model, categories, preprocessing, inference });
        const { score, metrics } = await measure(segmenter, validation, { task, signal, onImage });
        return { score, metrics };
      },
    },
    saveEvery: recipe.saveEvery,
    signal,
    stopAt,
  });
}

/** Description of the model that a training gives: whole images are seen as the recipe says. */
export function trainedDescription({ model, recipe }: Pick<ModelTraining, 'model' | 'recipe'>): ModelDescription {
  return usedDescription(model.description, recipe);
}
