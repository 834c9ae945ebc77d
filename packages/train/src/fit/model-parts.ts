import type { ParamStore } from '@seg/core';
import {
  augmentSample,
  batches,
  batchTensors,
  type MaskDataset,
  type MaskSample,
  matchCategories,
  moveSegments,
  toMaskSample,
  toPanopticSample,
} from '@seg/data';
import type { ModelDescription, OpenModel, SegmentationModel } from '@seg/models';

import type { Collective } from '../collective/collective.ts';
import { modelObjective } from '../objectives/model-objective.ts';
import { hasDoubles } from '../recipes/has-doubles.ts';
import type { Recipe } from '../recipes/recipe.ts';
import type { TrainingBatch } from '../training-batch.ts';

/** Model, data and recipe of a training. */
export type ModelTraining = {
  /** Opened for the categories of the data. */
  model: OpenModel;
  data: { training: MaskDataset; validation?: MaskDataset };
  recipe: Recipe;
  /** Names of data and model. */
  origin?: Record<string, unknown>;
  /** Processes that train together, each on its share of the data. Default: this one alone. */
  collective?: Collective;
};

/** Reader of augmented samples, without end. */
export type SampleReader = (
  dataset: MaskDataset,
  recipe: Recipe,
  place: BatchPlace,
) => AsyncIterable<{ samples: MaskSample[]; positions: number[] }>;

/**
 * Parts of a training that do not depend on where it is kept.
 *
 * @throws FormatError where the validation has other categories than the training
 */
export function partsOf(
  { model, data, recipe, origin = {}, collective }: ModelTraining,
  description: ModelDescription,
  samplesOf: SampleReader,
) {
  const { config, categories } = description;
  if (data.validation !== undefined) matchCategories(data.validation.categories, categories, 'validation');
  return {
    title: `${config.model} on ${String(origin.data ?? 'data')}`,
    createParams: model.createParams,
    build: model.build,
    objectiveFor: ({ network }: SegmentationModel, params: ParamStore) =>
      modelObjective(network, params, categories, recipe),
    recipe,
    batchesFrom: (first: number) =>
      batchesOf(data.training, description, recipe, { first, share: collective }, samplesOf),
    onNonFinite: 'skip' as const,
  };
}

/**
 * The description that the finished model has: whole images are seen, and doubles suppressed, as the recipe says.
 *
 * @throws RangeError at a threshold or a resize for a system that has no use of it
 */
export function usedDescription(description: ModelDescription, { resize, nmsThreshold }: Recipe): ModelDescription {
  const { config, preprocessing, inference } = description;
  if (nmsThreshold !== undefined && !hasDoubles(config.model)) {
    throw new RangeError(`recipe: expected no nmsThreshold for a ${config.model}, got ${nmsThreshold}`);
  }
  if (resize !== undefined && preprocessing.resize.kind === 'square') {
    throw new RangeError(
      `recipe: expected no resize for a ${config.model}, whose images are squares, got ${resize.kind}`,
    );
  }
  return {
    ...description,
    ...(resize && { preprocessing: { ...preprocessing, resize } }),
    ...(nmsThreshold !== undefined && { inference: { ...inference, nmsThreshold } }),
  };
}

/** First batch of a process, and the process. */
export type BatchPlace = { first: number; share: Collective | undefined };

async function* batchesOf(
  dataset: MaskDataset,
  { config, categories, preprocessing }: ModelDescription,
  recipe: Recipe,
  place: BatchPlace,
  samplesOf: SampleReader,
): AsyncGenerator<TrainingBatch, void, void> {
  const places = matchCategories(dataset.categories, categories, 'training');
  const moved = (sample: MaskSample) => ({ ...sample, segments: moveSegments(sample.segments, places) });
  const numbered = categories.map((_, id) => ({ id }));
  const shareOut = (sample: MaskSample) => toMaskSample(toPanopticSample(sample, numbered), numbered);
  for await (const { samples, positions } of samplesOf(dataset, recipe, place)) {
    const ours = samples.map(moved);
    // masks of MaX-DeepLab share out the pixels
    const batch = batchTensors(config.model === 'max-deeplab' ? ours.map(shareOut) : ours, preprocessing);
    yield recipe.distinctSamples === undefined ? batch : { ...batch, samples: positions };
  }
}

/** Augmented samples, each made when it is wanted. */
export const samplesInTurn: SampleReader = (dataset, recipe, { first: start, share }) => {
  const { batch: batchSize, seed, augment, distinctSamples: distinct } = recipe;
  const another = async (random: () => number) => dataset.read(Math.floor(random() * dataset.length));
  return batches<MaskSample>(dataset, {
    batchSize,
    seed,
    start,
    share,
    distinct,
    prepare: (sample, random) => augmentSample(sample, augment, random, { another, categories: dataset.categories }),
  });
};
