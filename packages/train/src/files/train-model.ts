import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesOf, openSafetensors, type StoredValue } from '@seg/checkpoint';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';
import type { ParamStore } from '@seg/core';
import {
  augmentSample,
  batches,
  batchTensors,
  type MaskDataset,
  type MaskSample,
  toMaskSample,
  toPanopticSample,
} from '@seg/data';
import { FileDataset, prefetch } from '@seg/data/node';
import { type ModelDescription, type OpenModel, type SegmentationModel, Segmenter, type Task } from '@seg/models';
import { saveModel, storedParams } from '@seg/models/node';

import { ALONE, type Collective } from '../collective/collective.ts';
import { fit, type Validation } from '../fit/fit.ts';
import type { FitEvent } from '../fit/fit-event.ts';
import type { TrainingStorage } from '../fit/training-storage.ts';
import { measure } from '../measure/measure.ts';
import { AUXILIARY, objectiveOf } from '../objectives/objective-of.ts';
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

/**
 * Trains a model on data, from both to a model folder. In the folder of the run: `run.json`, all that made it; what
 * `trainingFolder` keeps; `validation/`, pictures of what was found beside the truth; `confusion.csv`; and at the end
 * `model/`, which `Segmenter`, `seg predict` and a page take: the best by validation, or the last.
 *
 * @throws FormatError where a run of another making is in the folder; errors of `fit`
 */
export async function* trainModel(options: TrainModelOptions): AsyncGenerator<FitEvent<SegmentationModel>, void, void> {
  const { out, recipe, task, origin = {}, versions = {}, collective = ALONE } = options;
  const isWriter = collective.rank === 0;
  const description = usedDescription(options.model.description, recipe);
  const { categories, config, preprocessing } = description;
  const images = { training: options.data.training.length, validation: options.data.validation?.length ?? null };
  const run = { origin, images, task, recipe, config, categories, preprocessing, versions };
  const folder = trainingFolder(out);
  /** Read when the model has been built: one that cannot be leaves no run behind. */
  const claim = async () => {
    await makeFolder(out);
    await claimRun(path.join(out, 'run.json'), run, ['versions']);
    return folder.read();
  };
  const training = fit({
    ...partsOf(options, description),
    storage: isWriter ? { ...folder, read: claim } : NOWHERE,
    validation: options.data.validation && validationOf(options.data.validation, description, options),
    saveEvery: recipe.saveEvery,
    signal: options.signal,
    stopAt: options.stopAt,
    collective,
  });
  for await (const event of training) {
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

/** Storage of a training that leaves nothing: for rehearsals. */
const NOWHERE: TrainingStorage = { read: async () => [], write: async () => {} };

/** Takes the first steps of a training and writes nothing. @param steps Default: 2, since the first one warms up */
export async function* rehearse(
  options: Omit<TrainModelOptions, 'out'>,
  steps = 2,
): AsyncGenerator<FitEvent<SegmentationModel>, void, void> {
  const description = usedDescription(options.model.description, options.recipe);
  const { signal, collective } = options;
  yield* fit({ ...partsOf(options, description), storage: NOWHERE, stopAt: steps, signal, collective });
}

/** Parts of a training that do not depend on where it is kept. */
function partsOf(
  { model, data, recipe, origin = {}, collective }: Omit<TrainModelOptions, 'out'>,
  description: ModelDescription,
) {
  const { config, categories } = description;
  const { seed, loss, semanticWeight } = recipe;
  return {
    title: `${config.model} on ${String(origin.data ?? 'data')}`,
    createParams: model.createParams,
    build: model.build,
    objectiveFor: ({ network }: SegmentationModel, params: ParamStore) =>
      objectiveOf(network, params, { categories, seed, loss, semanticWeight }),
    recipe,
    batchesFrom: (first: number) => batchesOf(data.training, description, recipe, { first, share: collective }),
    onNonFinite: 'skip' as const,
  };
}

/** The description that the finished model has: whole images are seen as the recipe says. */
function usedDescription(description: ModelDescription, { resize }: Recipe): ModelDescription {
  const { preprocessing } = description;
  if (resize === undefined || preprocessing.resize.kind === 'square') return description;
  return { ...description, preprocessing: { ...preprocessing, resize } };
}

/** First batch of a process, and the process. */
type BatchPlace = { first: number; share: Collective | undefined };

async function* batchesOf(
  dataset: MaskDataset,
  { config, categories, preprocessing }: ModelDescription,
  recipe: Recipe,
  place: BatchPlace,
): AsyncGenerator<TrainingBatch, void, void> {
  const shareOut = (sample: MaskSample) => toMaskSample(toPanopticSample(sample, categories), categories);
  for await (const { samples } of samplesOf(dataset, categories, recipe, place)) {
    // masks of MaX-DeepLab share out the pixels
    yield batchTensors(config.model === 'max-deeplab' ? samples.map(shareOut) : samples, preprocessing);
  }
}

/** Augmented samples: of a data set on disk by threads ahead of the step, the same ones. */
function samplesOf(
  dataset: MaskDataset,
  categories: ModelDescription['categories'],
  { batch: batchSize, seed, augment }: Recipe,
  { first: start, share }: BatchPlace,
): AsyncIterable<{ samples: MaskSample[] }> {
  if (dataset instanceof FileDataset) return prefetch(dataset, { batchSize, seed, start, share, steps: augment });
  const another = async (random: () => number) => dataset.read(Math.floor(random() * dataset.length));
  return batches<MaskSample>(dataset, {
    batchSize,
    seed,
    start,
    share,
    prepare: (sample, random) => augmentSample(sample, augment, random, { another, categories }),
  });
}

function validationOf(
  dataset: MaskDataset,
  description: ModelDescription,
  { out, task, recipe, signal }: TrainModelOptions,
): Validation<SegmentationModel> {
  const { categories, preprocessing, inference } = description;
  const folder = path.join(out, 'validation');
  return {
    every: recipe.validateEvery ?? Math.max(1, Math.round(recipe.steps / 10)),
    patience: recipe.patience,
    run: async (model) => {
      const segmenter = new Segmenter({ model, categories, preprocessing, inference });
      const { score, metrics, confusion } = await measure(segmenter, dataset, {
        task,
        signal,
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
  const weights = existsSync(best) ? storedWeights(best, await readFile(best)) : ofModel(model);
  await saveModel(path.join(out, 'model'), description, weights, { metadata: { format: 'pt' } });
}

function* storedWeights(file: string, bytes: Uint8Array): Generator<[string, StoredValue]> {
  const tensors = openSafetensors(bytesOf(file, bytes));
  for (const key of tensors.keys()) if (isOfModel(key)) yield [key, tensors.read(key)!];
}

async function* ofModel({ params }: SegmentationModel): AsyncGenerator<[string, StoredValue]> {
  for await (const [key, value] of storedParams(params)) if (isOfModel(key)) yield [key, value];
}

const isOfModel = (key: string): boolean => !key.startsWith(`${AUXILIARY}.`);
