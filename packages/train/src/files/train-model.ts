import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';
import { bytesOf, openSafetensors, type StoredValue } from '@seg/checkpoint/safetensors';
import { type MaskDataset, withCategories } from '@seg/data';
import { FileDataset, prefetch } from '@seg/data/node';
import { type ModelDescription, type OpenModel, type SegmentationModel, Segmenter, type Task } from '@seg/models';
import { saveModel } from '@seg/models/node';

import { ALONE, type Collective } from '../collective/collective.ts';
import { expectNames } from '../expect-names.ts';
import { fit, type Validation } from '../fit/fit.ts';
import type { FitEvent } from '../fit/fit-event.ts';
import { partsOf, type SampleReader, samplesInTurn, usedDescription } from '../fit/model-parts.ts';
import { isOfModel, modelWeights } from '../fit/model-weights.ts';
import type { TrainingStorage } from '../fit/training-storage.ts';
import { measure } from '../measure/measure.ts';
import type { Recipe } from '../recipes/recipe.ts';
import type { TrainingBatch } from '../training-batch.ts';
import { formatConfusion } from './confusion-file.ts';
import { claimRun } from './run-file.ts';
import { trainingFolder } from './training-folder.ts';
import { writeValidationPicture } from './validation-pictures.ts';

/** Options of {@link trainModel}. */
export type TrainModelOptions = {
  /** Folder of the run. Where a run of the same making is there, it goes on. */
  out: string;
  /** Opened for the categories of the data. */
  model: OpenModel;
  data: { training: MaskDataset; validation?: MaskDataset };
  task: Task;
  recipe: Recipe;
  /** Names of data and model: kept with the run, and compared when it goes on. */
  origin?: Record<string, unknown>;
  /** Versions and machines, kept and not compared. */
  versions?: Record<string, unknown>;
  signal?: AbortSignal;
  /** Step to stop at, for runs in parts. Default: the recipe's. */
  stopAt?: number;
  /** Processes that train together, each on its share of the data; rank 0 writes. Default: this one alone. */
  collective?: Collective;
};

/** Validation images that are drawn: a contact sheet's worth. */
const PICTURES = 12;

const TRAINING = [
  'out',
  'model',
  'data',
  'task',
  'recipe',
  'origin',
  'versions',
  'signal',
  'stopAt',
  'collective',
] as const;

/**
 * Trains a model on data, from both to a model folder. In the folder of the run: `run.json`, all that made it; what
 * `trainingFolder` keeps; `validation/`, pictures of what was found beside the truth; `confusion.csv`; and at the end
 * `model/`, which `Segmenter`, `seg predict` and a page take: the best by validation, or the last.
 *
 * @throws FormatError where a run of another making is in the folder, or training and validation differ in their categories; errors
 *   of `fit`
 */
export async function* trainModel(options: TrainModelOptions): AsyncGenerator<FitEvent<SegmentationModel>, void, void> {
  expectNames('trainModel', options, TRAINING, ['out', 'model', 'data', 'task', 'recipe']);
  const { out, recipe, task, origin = {}, versions = {}, collective = ALONE } = options;
  const isWriter = collective.rank === 0;
  const description = usedDescription(options.model.description, recipe);
  const { categories, config, preprocessing } = description;
  const images = { training: options.data.training.length, validation: options.data.validation?.length ?? null };
  const names = { training: namesHash(options.data.training), validation: namesHash(options.data.validation) };
  const run = { origin, images, names, task, recipe, config, categories, preprocessing, versions };
  const folder = trainingFolder(out);
  const told: string[] = []; // of images that were passed over, until the next event
  /** Read when the model has been built: one that cannot be leaves no run behind. */
  const claim = async () => {
    await makeFolder(out);
    await claimRun(path.join(out, 'run.json'), run, ['versions'], ['names']);
    return folder.read();
  };
  const training = fit({
    ...partsOf(options, description, samplesOf(told)),
    storage: isWriter ? { ...folder, read: claim } : NOWHERE,
    validation: options.data.validation && validationOf(options.data.validation, description, options, told),
    saveEvery: recipe.saveEvery,
    signal: options.signal,
    stopAt: options.stopAt,
    collective,
  });
  for await (const event of training) {
    for (const message of told.splice(0)) yield { type: 'warning', message: `left out: ${message}` };
    const isWhole = event.type === 'end' && event.reason !== 'aborted' && event.reason !== 'stopped';
    if (isWhole && isWriter) {
      await writeModel(out, description, event.model).catch((error: unknown) => {
        event.params.dispose();
        throw error;
      });
    }
    yield event;
  }
}

/** A text that data sets of the same images in the same order share: folders of one name and number may differ. */
function namesHash(dataset: MaskDataset | undefined): string | null {
  if (dataset === undefined) return null;
  const hash = createHash('sha256');
  for (let i = 0; i < dataset.length; i++) hash.update(JSON.stringify(dataset.name(i)));
  return hash.digest('hex').slice(0, HASH_LENGTH);
}

/** Signs of a hash that are kept, 16: two in 2⁶⁴ are alike by chance. */
const HASH_LENGTH = 16;

/** Storage of a training that leaves nothing: for rehearsals. */
const NOWHERE: TrainingStorage = { read: async () => [], write: async () => {} };

/** Options of {@link rehearse}. */
export type RehearseOptions = Omit<TrainModelOptions, 'out'> & {
  /** Takes every batch before its step: shapes, for example. What it holds is the training's. */
  onBatch?(batch: TrainingBatch): void;
};

/** Takes the first steps of a training and writes nothing. @param steps Default: 2, since the first one warms up */
export async function* rehearse(
  options: RehearseOptions,
  steps = 2,
): AsyncGenerator<FitEvent<SegmentationModel>, void, void> {
  const description = usedDescription(options.model.description, options.recipe);
  const { signal, collective, onBatch } = options;
  const parts = partsOf(options, description, samplesOf([]));
  const batchesFrom = (first: number) => seen(parts.batchesFrom(first), onBatch);
  yield* fit({ ...parts, batchesFrom, storage: NOWHERE, stopAt: steps, signal, collective });
}

async function* seen(
  batches: AsyncGenerator<TrainingBatch>,
  onBatch: RehearseOptions['onBatch'],
): AsyncGenerator<TrainingBatch, void, void> {
  for await (const batch of batches) {
    onBatch?.(batch);
    yield batch;
  }
}

/**
 * Augmented samples: of a data set on disk by threads ahead of the step, the same ones.
 *
 * @param told Takes what is wrong with images that are passed over
 */
const samplesOf =
  (told: string[]): SampleReader =>
  (dataset, recipe, place) => {
    if (!(dataset instanceof FileDataset)) return samplesInTurn(dataset, recipe, place);
    const { batch: batchSize, seed, augment: steps, distinctSamples: distinct } = recipe;
    const onSkip = (message: string) => void told.push(message);
    return prefetch(dataset, { batchSize, seed, start: place.first, share: place.share, distinct, steps, onSkip });
  };

function validationOf(
  dataset: MaskDataset,
  description: ModelDescription,
  { out, task, recipe, signal }: TrainModelOptions,
  told: string[],
): Validation<SegmentationModel> {
  const { categories, preprocessing, inference } = description;
  const folder = path.join(out, 'validation');
  const isSkipping = dataset instanceof FileDataset && dataset.options.skipFaults === true;
  return {
    every: recipe.validateEvery ?? Math.max(1, Math.round(recipe.steps / 10)),
    patience: recipe.patience,
    run: async (model) => {
      const segmenter = new Segmenter({ model, categories, preprocessing, inference });
      const { score, metrics, confusion } = await measure(segmenter, withCategories(dataset, categories), {
        task,
        signal,
        onUnreadable: isSkipping ? (message) => void told.push(message) : undefined,
        onImage: (seen, index) =>
          index < PICTURES ? writeValidationPicture(folder, seen, index, categories) : undefined,
      });
      await writeFileAtomic(path.join(out, 'confusion.csv'), formatConfusion(confusion));
      return { score, metrics };
    },
  };
}

/** Writes the model folder: the parameters of the best validation where there was one, or those at hand. */
async function writeModel(out: string, description: ModelDescription, model: SegmentationModel): Promise<void> {
  const best = path.join(out, 'best.safetensors');
  const weights = existsSync(best) ? storedWeights(best, await readFile(best)) : modelWeights(model);
  await saveModel(path.join(out, 'model'), description, weights, { metadata: { format: 'pt' } });
}

function* storedWeights(file: string, bytes: Uint8Array): Generator<[string, StoredValue]> {
  const tensors = openSafetensors(bytesOf(file, bytes));
  for (const key of tensors.keys()) if (isOfModel(key)) yield [key, tensors.read(key)!];
}
